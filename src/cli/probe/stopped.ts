/** What a person is told who has asked a probe to stop. */
export const stopped = "stopped; of a probe nothing is kept";
