import { defineConfig } from 'vitest/config';

/** Limits of tests, hooks and waits for a condition: only what hangs reaches them, on however busy a machine. */
const HANGS_MS = 300_000;

/**
 * Two projects: `unit` shares one thread pool and module graph (fast); `int` gives each file its own process, for
 * tests that spawn children, change the working directory or the umask. A file that needs that is named `*.int.test.ts`.
 */
export default defineConfig({
  test: {
    // By itself it leaves one processor idle, which on two is half of them.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/**/*.int.test.ts'],
          pool: 'threads',
          isolate: false,
          setupFiles: ['tests/seed.ts'],
          testTimeout: HANGS_MS,
          hookTimeout: HANGS_MS,
        },
      },
      {
        test: {
          name: 'int',
          include: ['tests/**/*.int.test.ts'],
          pool: 'forks',
          testTimeout: HANGS_MS,
          hookTimeout: HANGS_MS,
          expect: { poll: { timeout: HANGS_MS / 2 } },
        },
      },
    ],
  },
});
