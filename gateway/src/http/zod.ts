import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';

// Schemas made after this know `.openapi()`; those of the contracts, made before, are cloned where they get a name (openapi.ts).
extendZodWithOpenApi(z);

export { z };
