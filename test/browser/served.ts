import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";

/** Contents by path, `"/page.html"`; pages under `/isolated/` are cross-origin isolated, as shared memory needs. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

const isolating = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

const types: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript" };

/** Files on a free port of localhost, which browsers trust as they trust https: WebGPU is there. */
export class Served {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async of(files: Files): Promise<Served> {
    const server = createServer(({ url = "/" }, response) => {
      const { pathname } = new URL(url, "http://localhost");
      const found = Object.hasOwn(files, pathname);
      const unasked = pathname === "/favicon.ico"; // browsers want it by themselves
      response.writeHead(found ? 200 : unasked ? 204 : 404, {
        "content-type": types[extname(pathname)] ?? "text/plain",
        ...(pathname.startsWith("/isolated/") ? isolating : {}),
      });
      response.end(found ? files[pathname] : undefined);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "localhost", resolve);
    });
    return new Served(server);
  }

  url(path: string): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
