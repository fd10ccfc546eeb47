import type { Request } from 'express';

export type Language = 'zh' | 'en';

/** RFC 9110 section 12.5.4, of the two languages there are; English where the client has no preference between them. */
export function languageOf(request: Request): Language {
  return request.acceptsLanguages('en', 'zh') === 'zh' ? 'zh' : 'en';
}
