import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Debian and others put Chromium; $CHROMIUM, where it is set, says instead where it is. */
const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/opt/google/chrome/chrome"];

/** Whether Chromium draws in software, on SwiftShader, or on the machine's own graphics card. */
export type Graphics = "software" | "card";

/** What makes WebGL2 and WebGPU real, without a graphics card or on it. */
const graphicsFlags: Readonly<Record<Graphics, readonly string[]>> = {
  software: [
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
  ],
  // On Linux, Chromium without a window leaves the card alone unless it is led there by way of Vulkan.
  card: [
    "--enable-unsafe-webgpu",
    "--ignore-gpu-blocklist",
    ...(process.platform === "linux"
      ? ["--use-angle=vulkan", "--enable-features=Vulkan", "--disable-vulkan-surface"]
      : []),
  ],
};

/** What keeps Chromium from the network. */
const offline = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

const remedy = "Chromium is not here: apt-get install chromium, or say where it is by CHROMIUM=/path/to/chromium";

/** Whether specs that need Chromium run, fail or are skipped, and why if they do not run. */
export interface Plan {
  readonly executable: string | undefined;
  readonly specs: "run" | "fail" | "skip";
  readonly why: string;
}

/** Without Chromium specs fail where CI is set; on other machines they are skipped, so that it can be seen. */
export function planFor(
  env: Readonly<Record<string, string | undefined>>,
  exists: (path: string) => boolean = existsSync,
): Plan {
  const executable = (env.CHROMIUM ? [env.CHROMIUM] : usual).find(exists);
  if (executable !== undefined) return { executable, specs: "run", why: "" };
  return { executable, specs: env.CI ? "fail" : "skip", why: remedy };
}

/** Starts Chromium without a window. */
export async function launch({ executable, why }: Plan, graphics: Graphics = "software"): Promise<Browser> {
  if (executable === undefined) throw new Error(why);
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({
    executablePath: executable,
    headless: true,
    args: [...graphicsFlags[graphics], ...offline, ...asRoot],
  });
}
