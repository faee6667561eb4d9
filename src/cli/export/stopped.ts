/** What a person is told who has asked an export to stop. */
export const stopped = "stopped; nothing was exported";
