import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Job } from "../job.ts";
import type { Reply, Request, Turn } from "../lanes/serve.ts";
import type { Contestant } from "../measure.ts";

/** A program that speaks as lanes/serve.ts does. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Warm, so that what lies between turns costs nobody: threads that went to sleep, caches that others filled, memory that went back
 * to the system. And long enough for the clock.
 */
const usual: Turn = { warm: true, milliseconds: 100 };

/** Once and as it comes: of work that takes minutes. */
export const single: Turn = { warm: false, milliseconds: 0 };

/**
 * A job in a process of its own, so that no library slows another and what is given up ends with all it was doing.
 * Time is taken in that process; idle, it waits for a line.
 */
export class Lane implements Contestant {
  /** The most memory the process has had, in bytes. */
  peak = 0;
  /** What works there, in the process's words. */
  about = "";
  readonly #job: Job;
  readonly #turn: Turn;
  readonly #child: ChildProcess;
  #waiting: { answer: (line: string) => void; fail: (why: Error) => void } | undefined;
  #ended: Error | undefined;

  constructor({ command, args }: Program, job: Job, turn: Turn = usual) {
    this.#job = job;
    this.#turn = turn;
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2000);
    });
    child.stdin.on("error", () => {}); // that it has ended is told below
    child.on("error", (error) => this.#end(error));
    child.on("close", (code, signal) => {
      const last = said.trim().split("\n").at(-1);
      this.#end(new Error(`ended with ${signal ?? code}${last ? `: ${last}` : ""}`));
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#waiting?.answer(line));
  }

  async prepare(): Promise<void> {
    await this.#ask({ prepare: this.#job });
  }

  async time(): Promise<number> {
    return this.#ask(this.#turn);
  }

  /** Ends the process, whatever it is doing. */
  giveUp(): void {
    this.#child.kill("SIGKILL");
  }

  async #ask(request: Request): Promise<number> {
    const line = await new Promise<string>((answer, fail) => {
      this.#waiting = { answer, fail };
      if (this.#ended) fail(this.#ended);
      else this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    });
    const reply = JSON.parse(line) as Reply;
    if ("error" in reply) throw new Error(reply.error);
    this.peak = reply.peak;
    this.about = reply.about;
    return reply.milliseconds;
  }

  #end(why: Error): void {
    this.#ended ??= why;
    this.#waiting?.fail(this.#ended);
  }
}

/** The same job in several processes at once, timed by the slowest. */
export class Together implements Contestant {
  readonly #lanes: readonly Lane[];

  constructor(count: number, program: Program, job: Job) {
    this.#lanes = Array.from({ length: count }, () => new Lane(program, job));
  }

  async prepare(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.prepare()));
  }

  async time(): Promise<number> {
    return Math.max(...(await Promise.all(this.#lanes.map((lane) => lane.time()))));
  }

  giveUp(): void {
    for (const lane of this.#lanes) lane.giveUp();
  }
}
