import { type BarFolder, openBarFolder } from '../adapters/file/bar-folder.ts';
import { backAdjust } from '../bars/adjust.ts';
import type { FileProblem, LoadedBars } from '../bars/bar-file.ts';
import { type BarsCheck, checkBars } from '../bars/check.ts';
import { nyseGrid } from '../bars/nyse-grid.ts';
import { Failure } from '../domain/failure.ts';
import { atr } from '../indicators/true-range.ts';

/** Everything `data check` found in a folder of bars. */
export interface FolderCheck {
  readonly folder: BarFolder;
  readonly files: readonly BarsCheck[];
  /** Files refused as a whole. */
  readonly refused: readonly FileProblem[];
}

/**
 * Reads every bar file of a folder, one at a time, and examines it; nothing is written. `onFile` hears after each file
 * how many of how many are done. Throws as openBarFolder does, and INPUT_MISSING for a folder without any.
 */
export async function checkBarFolder(
  dir: string,
  onFile: (done: number, total: number) => void = () => {},
): Promise<FolderCheck> {
  const folder = openBarFolder(dir);
  if (folder.entries.length === 0 && folder.unreadable.length === 0) {
    throw new Failure('INPUT_MISSING', `${folder.dir} holds no bar files`, {
      hint: 'name the folder the files are directly in; folders below it are not searched',
    });
  }
  const files: BarsCheck[] = [];
  const refused: FileProblem[] = [...folder.unreadable];
  for (const [index, entry] of folder.entries.entries()) {
    const bars = await folder.read(entry);
    if (bars.ok) files.push(examine(bars.value, folder));
    else refused.push(bars.error);
    onFile(index + 1, folder.entries.length);
  }
  return { folder, files, refused };
}

function examine(bars: LoadedBars, folder: BarFolder): BarsCheck {
  const actions = folder.actions.filter(({ symbol }) => symbol === bars.symbol);
  const { columns } = backAdjust(bars.columns, actions);
  return checkBars(bars, nyseGrid(), columns, atr(columns, 14));
}
