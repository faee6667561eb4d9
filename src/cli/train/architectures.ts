/** Encoders by the names that `--arch` takes. */
export const architectures = ["conv", "small-alexnet"] as const;
export type Architecture = (typeof architectures)[number];
