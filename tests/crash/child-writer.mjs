/** A process of its own that writes a home's history: `node child-writer.mjs DIST TASK HOME ...`. */
import { existsSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { closed, opened, optionsFor } from './child-book.mjs';

const [dist, task, home, ...rest] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(`${dist}/src/adapters/file/${file}`).href);
const { openHistory } = await load('file-history.js');
const { nodeFileSystem } = await load('node-file-system.js');
const { lockHome } = await load('home-lock.js');

/** Told at once and unbuffered: what was printed was true before the process could die. */
const tell = (message) => {
  const line = `${JSON.stringify(message)}\n`;
  try {
    writeSync(1, line);
  } catch {
    // An injected fault may hit this very write; it strikes once.
    writeSync(1, line);
  }
};
const tellAll = (events) => {
  for (const { seq, hash } of events) tell({ acknowledged: seq, hash });
};
const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));

/** "trades.json:write:before": the points a process can die at, named by what it is about to do or has just done. */
function dyingFiles(files, visit) {
  const role = (path) =>
    path
      .replace(/.*\/journal\/[\d-]+/, 'journal/MONTH')
      .replace(/.*\/(trade_history|state)\//, '')
      .replace(/.*\//, '');
  const around = (path, what, act) => {
    visit(`${role(path)}:${what}:before`);
    const result = act();
    visit(`${role(path)}:${what}:after`);
    return result;
  };
  return {
    ...files,
    open: (path, mode) => {
      const isNew = files.stat(path) === null;
      const file = isNew
        ? around(path, 'create', () => files.open(path, mode))
        : files.open(path, mode);
      const wrapped = { ...file };
      for (const what of ['append', 'write', 'truncate', 'sync']) {
        wrapped[what] = (...args) => around(path, what, () => file[what](...args));
      }
      return wrapped;
    },
    rename: (from, to) => around(to, 'rename', () => files.rename(from, to)),
    syncFolder: (folder) => around(folder, 'syncFolder', () => files.syncFolder(folder)),
  };
}

const tasks = {
  /** Lives a whole life and dies at the n-th visit of a point; with the point `list` prints every point. */
  async die(point, nth, round) {
    let visits = 0;
    const points = new Set();
    const files = dyingFiles(nodeFileSystem, (name) => {
      points.add(name);
      if (name !== point) return;
      visits += 1;
      if (visits === Number(nth)) process.kill(process.pid, 'SIGKILL');
    });
    const options = optionsFor(home);
    const lock = await lockHome({ home, role: 'a test', now: options.clock.now() });
    const history = await openHistory({ ...options, files, lock, checkpointEvery: 5 });
    for (let i = 0; i < 4; i += 1) {
      const id = `R${round}-${i}`;
      const month = Number(round) * 2 + Math.floor(i / 2);
      tellAll(await history.append([opened(id, month)]));
      tellAll(await history.append([closed(id, month), opened(`${id}-b`, month)]));
    }
    await history.close();
    if (point === 'list') tell({ points: [...points] });
  },

  /** Takes the home, writes one step, gives it back; as often as asked, with patience. */
  async contend(name, times) {
    for (let done = 0; done < Number(times); ) {
      try {
        const history = await openHistory(optionsFor(home));
        tellAll(await history.append([opened(`${name}-${done}`)]));
        await history.close();
        done += 1;
      } catch (error) {
        if (error.code !== 'HOME_BUSY') throw error;
        await pause(1 + Math.random() * 10);
      }
    }
  },

  /** Holds the home while its event loop stands still, until a file is there, then writes. */
  async block(release, staleMs) {
    const options = optionsFor(home);
    const now = options.clock.now();
    const lock = await lockHome({ home, role: 'a test', now, staleMs: Number(staleMs) });
    const history = await openHistory({ ...options, lock });
    tell({ holding: true });
    const nobody = new Int32Array(new SharedArrayBuffer(4));
    while (!existsSync(release)) Atomics.wait(nobody, 0, 0, 20);
    tellAll(await history.append([opened('blocked')]));
    await history.close();
  },

  /** Writes as fast as it can. */
  async flood(times) {
    const history = await openHistory(optionsFor(home));
    tell({ holding: true });
    for (let i = 0; i < Number(times); i += 1) {
      await history.append([opened(`F${i}`)]);
      await history.append([closed(`F${i}`)]);
      if (i % 50 === 0) await pause(0);
    }
    tell({ written: history.lastSeq });
    await history.close();
  },

  /** Appends step after step and says what became of each. */
  async report(times) {
    const history = await openHistory(optionsFor(home));
    for (let i = 0; i < Number(times); i += 1) {
      try {
        tellAll(await history.append([opened(`S${i}`)]));
      } catch (error) {
        tell({ refused: i, code: error.code });
      }
    }
    await history.close().catch((error) => tell({ close: error.code }));
  },
};

await tasks[task](...rest);
