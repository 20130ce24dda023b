import fc from 'fast-check';

/**
 * Properties are tried with the same cases on every run, so that a change is judged by itself; another seed
 * (TRADE_LABS_TEST_SEED) tries others. A failing property prints the seed and the smallest counterexample.
 */
fc.configureGlobal({ seed: Number(process.env.TRADE_LABS_TEST_SEED ?? 1990_01_02) });
