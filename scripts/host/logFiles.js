/**
 * Loaded into the processes of a VS Code server before their own code (`node --require`). VS Code writes its logs, and those
 * of extensions, through a native module that is compiled when the server is installed, or is not: then every line stays in
 * memory. Where it is missing, this takes its place. What is a line of which file, and at which level, is the editor's matter.
 */
const { appendFileSync } = require('node:fs');
const Module = require('node:module');

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

/** As `@vscode/spdlog` declares it, without rotation; the one pattern that VS Code asks for is the one that is written. */
class Logger {
  #file;
  #level = 0;
  #raw = false;

  constructor(_type, _name, file) {
    this.#file = file;
  }

  getLevel() {
    return this.#level;
  }
  setLevel(level) {
    this.#level = level;
  }
  setPattern() {}
  clearFormatters() {
    this.#raw = true;
  }
  flush() {}
  drop() {}

  trace(message) {
    this.#write(0, message);
  }
  debug(message) {
    this.#write(1, message);
  }
  info(message) {
    this.#write(2, message);
  }
  warn(message) {
    this.#write(3, message);
  }
  error(message) {
    this.#write(4, message);
  }
  critical(message) {
    this.#write(5, message);
  }

  #write(level, message) {
    if (level < this.#level) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    appendFileSync(this.#file, this.#raw ? message : `${time} [${levels[level]}] ${message}\n`);
  }
}

const load = Module._load;
Module._load = function (request, parent, ...rest) {
  const loaded = Reflect.apply(load, this, [request, parent, ...rest]);
  if (request !== 'bindings' || !/[\\/]spdlog[\\/]index\.js$/.test(parent?.filename ?? '')) return loaded;
  return (name) => {
    try {
      return loaded(name);
    } catch {
      return { version: 0, setLevel() {}, setFlushOn() {}, Logger };
    }
  };
};
