/** Lists columns so that none can be missing or misspelt: `columns<Row>()` takes each key of the row once. */
export const columns =
  <Row>() =>
  <const Keys extends readonly (keyof Row)[]>(
    ...keys: [keyof Row] extends [Keys[number]] ? Keys : never
  ): readonly string[] =>
    keys as readonly string[];
