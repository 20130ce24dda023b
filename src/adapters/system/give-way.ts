/** Lets everything else that waits in this process have its turn. */
export const giveWay = (): Promise<void> => new Promise((resume) => setImmediate(resume));
