import type { CommandModule } from 'yargs';
import { AGENT_MODULES } from '../sim/agents/index.ts';
import { renderJsonSchema } from '../sim/scenario/json_schema.ts';

export const schemaCommand: CommandModule = {
  command: 'schema',
  describe: 'print the JSON Schema of scenario files, for editors',
  handler: () => {
    process.stdout.write(renderJsonSchema(AGENT_MODULES));
  },
};
