// Before a page's own scripts: counts what was made on the graphics card and not given back. It is held here, so that
// what only the garbage collector would find does not count as given back.
const live = new Set();
let made = 0;
globalThis.onCard = () => ({ live: live.size, made });

function born(object) {
  live.add(object);
  made++;
}

/** Replaces a method by one that does the same and then tells. */
function told(prototype, method, tell) {
  const original = prototype[method];
  prototype[method] = function (...args) {
    const result = original.apply(this, args);
    tell(this, args[0], result);
    return result;
  };
}

told(GPUDevice.prototype, "createBuffer", (_, __, object) => born(object));
told(GPUBuffer.prototype, "destroy", (buffer) => live.delete(buffer));
for (const kind of ["Texture", "Framebuffer", "Buffer"]) {
  told(WebGL2RenderingContext.prototype, `create${kind}`, (_, __, object) => born(object));
  told(WebGL2RenderingContext.prototype, `delete${kind}`, (_, gone) => live.delete(gone));
}
