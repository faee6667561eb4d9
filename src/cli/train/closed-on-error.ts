/** What has to be closed. */
interface Closable {
  close(): Promise<void>;
}

/** What `open` gives; if it fails, what was open already is closed. */
export async function closedOnError<T>(already: Closable, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await already.close().catch(() => {}); // what went wrong first is what they need to hear
    throw error;
  }
}
