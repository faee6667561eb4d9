import { refusePromise } from "./scope.ts";

let on = true;

/** Whether ops on tensors that require a gradient are being recorded. */
export function recording(): boolean {
  return on;
}

/** Runs `f` with recording switched on or off, and back afterwards, also when it throws. */
export function withRecording<T>(state: boolean, f: () => T): T {
  const before = on;
  on = state;
  try {
    return f();
  } finally {
    on = before;
  }
}

/**
 * Runs `f` without recording: no op inside makes a result that requires a gradient (backward with createGraph records all
 * the same). `f` must be synchronous; a promise is refused.
 */
export function noGrad<T>(f: () => T): T {
  return withRecording(false, () => refusePromise("noGrad", f()));
}
