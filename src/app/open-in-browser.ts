import { openWithDesktop } from '../adapters/system/browser.ts';

/** Shows a page that was just written; false where no program on this machine opens pages. */
export const openInBrowser = (path: string): Promise<boolean> => openWithDesktop(path);
