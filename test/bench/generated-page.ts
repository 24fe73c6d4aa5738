import { type Random, seededRandom } from '../../src/contracts/seeded-random.ts';

/**
 * Sizes of modules of a real page by their share, in bytes of minified code: the median is 1 kB, and a few of 20 to 200 kB are a third of
 * the page. Measured on the archive of 2026-04-12.
 */
const sizes: readonly [share: number, from: number, to: number][] = [
  [0.1, 120, 200],
  [0.15, 200, 420],
  [0.25, 420, 1000],
  [0.25, 1000, 2500],
  [0.15, 2500, 5400],
  [0.09, 5400, 26_000],
  [0.0095, 26_000, 120_000],
  [0.0005, 120_000, 900_000],
];

/** Modules in a script of a real page. */
const modulesPerScript = 26;

/** A page of modules that exist nowhere, as a compiler of Comet builds writes them; the same for the same number. */
export function generatedPage(modules: number): { html: string; scripts: Map<string, string> } {
  const random = seededRandom(modules);
  const definitions = Array.from({ length: modules }, (_, i) => definition(i, modules, random));
  const scripts = new Map<string, string>();
  for (let at = 0; at < modules; at += modulesPerScript) {
    const text = definitions.slice(at, at + modulesPerScript).join('\n');
    scripts.set(`generated${at / modulesPerScript}.js`, `/*FB_PKG_DELIM*/\n${text}\n`);
  }
  const addresses = [...scripts.keys()].map(
    (name) => `"src":"https:\\/\\/static.whatsapp.net\\/rsrc.php\\/v4\\/${name}"`,
  );
  return { html: `<title>WhatsApp Web</title>{"client_revision":1050000000} ${addresses.join()}`, scripts };
}

const nameOf = (i: number) => `WAWebGenerated${i}${i % 7 === 0 ? 'Model' : i % 7 === 1 ? 'Collection' : ''}`;

/** Like real modules, most use a few that many others use too. */
function definition(i: number, modules: number, random: Random): string {
  const any = (below: number) => Math.floor(random() ** 3 * below);
  const dependencies = [...new Set(Array.from({ length: 1 + any(24) }, () => nameOf(any(modules))))];
  const code = new GeneratedCode(dependencies, random);
  const body: string[] = [];
  const exported: string[] = [];
  const wanted = sizeOf(random);
  for (let n = 0, size = 0; size < wanted || n === 0; n += 1) {
    const name = `f${n}`;
    const part = code.declaration(name);
    size += part.length;
    body.push(part);
    exported.push(`l.${n === 0 && i % 5 === 0 ? 'default' : `member${n}`}=${name}`);
  }
  const list = dependencies.map((each) => JSON.stringify(each)).join();
  return `__d("${nameOf(i)}",[${list}],(function(t,n,r,o,a,i,l){${body.join('')}${exported.join()}}),98);`;
}

function sizeOf(random: Random): number {
  let at = random();
  for (const [share, from, to] of sizes) {
    if (at < share) return from + (at / share) * (to - from);
    at -= share;
  }
  return 1000;
}

/** Pieces of code that use other modules. */
class GeneratedCode {
  readonly #dependencies: readonly string[];
  readonly #random: Random;

  constructor(dependencies: readonly string[], random: Random) {
    this.#dependencies = dependencies;
    this.#random = random;
  }

  declaration(name: string): string {
    return this.#one<() => string>([
      () => `function ${name}(e,t,n){${this.#statements(3)}return ${this.#expression(2)}}`,
      () => `function ${name}(e){var t=e.chat,n=e.options;${this.#statements(4)}return t}`,
      () =>
        `function ${name}(e){return y${name}.apply(this,arguments)}function y${name}(){return y${name}=babelHelpers.asyncToGenerator(function*(e){${this.#statements(4)}yield ${this.#expression(2)}}),y${name}.apply(this,arguments)}`,
      () => `var ${name}={${Array.from({ length: 8 }, (_, i) => `key${i}:${this.#expression(1)}`).join()}};`,
      () => `var ${name}=n("$InternalEnum")({${Array.from({ length: 12 }, (_, i) => `NAME_${i}:"${i}"`).join()}});`,
      () => `var ${name}=${this.#foreign()};`,
      () => this.#model(name),
    ])();
  }

  #model(name: string): string {
    const props = Array.from({ length: 10 }, (_, i) => `t.prop${i}=o("WAWebBaseModel").prop(${this.#expression(0)})`);
    const methods = Array.from(
      { length: 6 },
      (_, i) => `n.method${i}=function(e,t){${this.#statements(2)}return this.prop${i}}`,
    );
    return `var ${name}=(function(e){function t(){for(var t,n=arguments.length,r=new Array(n),a=0;a<n;a++)r[a]=arguments[a];return ${`(t=e.call.apply(e,[this].concat(r))||this,${props.join()},babelHelpers.assertThisInitialized(t)||babelHelpers.assertThisInitialized(t))`}}babelHelpers.inheritsLoose(t,e);var n=t.prototype;return ${methods.join()},t})(${this.#foreign()});`;
  }

  #statements(most: number): string {
    return Array.from({ length: 1 + Math.floor(this.#random() * most) }, () =>
      this.#one([
        () => `var c=${this.#expression(2)};`,
        () => `if(${this.#expression(1)}){${this.#foreign()}(e,${this.#expression(1)})}`,
        () => `e.forEach(function(e){${this.#foreign()}(e.id,${this.#expression(1)})});`,
        () =>
          `${this.#foreign()}({id:${this.#expression(1)},type:"text",list:[${this.#expression(1)},${this.#expression(1)}]});`,
      ])(),
    ).join('');
  }

  #expression(depth: number): string {
    const inner = () => this.#expression(depth - 1);
    const leaf = [() => 'e.value', () => '"text"', () => '!0', () => '17', () => this.#foreign()];
    if (depth === 0) return this.#one(leaf)();
    return this.#one([
      ...leaf,
      () => `${this.#foreign()}(${inner()},${inner()})`,
      () => `${inner()}!=null?${inner()}:void 0`,
      () => `u.jsx(${this.#foreign()},{xstyle:${inner()},children:[${inner()},${inner()}]})`,
      () => `function(e){return ${inner()}}`,
    ])();
  }

  #foreign(): string {
    return `${this.#one(['o', 'r'])}("${this.#one(this.#dependencies)}").member${Math.floor(this.#random() * 3)}`;
  }

  #one<Each>(from: readonly Each[]): Each {
    return from[Math.floor(this.#random() * from.length)] as Each;
  }
}
