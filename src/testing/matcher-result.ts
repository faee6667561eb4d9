/** What a matcher answers, in vitest and in Jest. */
export interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}
