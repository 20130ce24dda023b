/** A column of records: what a cell is read from, and its type in the file. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: 'STRING' | 'DOUBLE';
}

/** Rows held in memory until they are written as one row group. */
const ROW_GROUP_ROWS = 20_000;

/**
 * Writes rows, keyed by column name, into a file as Parquet, in the place of what it held. Reads the rows as it writes,
 * so that any number of them fits in memory.
 */
export async function writeParquet(
  path: string,
  columns: readonly ParquetColumn[],
  rows: AsyncIterable<Readonly<Record<string, unknown>>>,
): Promise<void> {
  const { parquetWriteRows, fileWriter } = await import('hyparquet-writer');
  await parquetWriteRows({
    writer: fileWriter(path),
    rows,
    columns: columns.map(({ name, type }) => ({ name, type })),
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ name, type }) =>
        type === 'STRING'
          ? ({
              name,
              type: 'BYTE_ARRAY',
              converted_type: 'UTF8',
              repetition_type: 'OPTIONAL',
            } as const)
          : ({ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' } as const),
      ),
    ],
    rowGroupSize: ROW_GROUP_ROWS,
    createdBy: 'trade-labs',
  });
}
