export * from "../../src/losses/align.ts";
export * from "../../src/losses/align-uniform.ts";
export * from "../../src/losses/contrastive.ts";
export * from "../../src/losses/queue-uniform.ts";
export * from "../../src/losses/uniform.ts";
