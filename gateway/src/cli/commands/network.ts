import type { Command } from 'commander';
import { out, t } from '../terminal.js';

/** `drl network`: the real Fabric network of native processes; its own words are understood by network/fabric. */
export function networkCommands(program: Command, exit: (code: number) => void): void {
  program
    .command('network')
    .description(t({ zh: '真实 Fabric 网络：up、status、down 等', en: 'a real Fabric network: up, status, down and more' }))
    .argument('[words...]')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText('after', '\n  drl network up && drl network status')
    .action(async (words: string[]) => {
      const { networkCommand } = await import('@drl/network/fabric/commands');
      exit(await networkCommand(words, out));
    });
}
