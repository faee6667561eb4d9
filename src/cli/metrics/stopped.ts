/** What a person is told who has asked metrics to stop. */
export const stopped = "stopped; no file was written";
