import { z } from 'zod';
import { type AgentModules, buildScenarioSchema } from './schema.ts';

/** A whole value that `$vars` fills in. */
const VARIABLE = String.raw`^\$[A-Za-z_]\w*$`;

/**
 * JSON Schema of scenario files, as text, made from the definitions the loader uses. Editors complete and check
 * with it; what is missing, and what needs several parts of a file at once, is left to `validate`.
 */
export function renderJsonSchema(modules: AgentModules): string {
  const schema = z.toJSONSchema(buildScenarioSchema(modules).file, {
    io: 'input',
    reused: 'ref',
    override: ({ jsonSchema, path }) => {
      // What is missing, a `kind` too, may come from the file that this one extends: no key is required, and several
      // kinds may match.
      delete jsonSchema.required;
      if (jsonSchema.oneOf !== undefined) {
        jsonSchema.anyOf = jsonSchema.oneOf;
        delete jsonSchema.oneOf;
      }
      const { type, pattern } = jsonSchema;
      if (path.length === 0 || typeof type !== 'string' || 'const' in jsonSchema) return;
      // Called again for a type that only adds a description.
      if (pattern?.endsWith(VARIABLE)) return;
      // Any value may also be written as a variable: texts by their pattern, the rest by a second type.
      if (type !== 'string') Object.assign(jsonSchema, { type: [type, 'string'], pattern: VARIABLE });
      else if (pattern !== undefined) jsonSchema.pattern = `${pattern}|${VARIABLE}`;
    },
  });
  const { $schema, ...rest } = schema;
  return `${JSON.stringify({ $schema, title: 'percolator-lab scenario', ...rest }, null, 2)}\n`;
}
