/** Encoders by the names that `--arch` takes. */
export const architectures = ["conv"] as const;
export type Architecture = (typeof architectures)[number];
