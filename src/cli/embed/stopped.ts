/** What a person is told who has asked to stop. */
export const stopped = "stopped; nothing was written";
