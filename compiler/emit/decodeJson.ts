// The JSON decoder of an input. A record in the expected layout (members in the order of the columns, nothing else) is read by
// straight code that compares whole keys and falls back, record by record, to the general reader: members in any order, white
// space, escapes, nesting, arrays, several documents. Both check everything and give the same rows.
import { Code, inlined, matchBytes } from './code.ts';
import { addressesOf, storeTimeToken, storeToken, type DecoderOptions, type DecoderText } from './decodeShared.ts';
import { emitLayout } from './decodeLayout.ts';
import { emitArrayLoop, emitDocument, emitRecord, leave, wrap, type JsonContext as Context } from './jsonRecords.ts';
import { behind, emitUsualForm, jsonFace } from './layoutValues.ts';
import { parsePath } from '../../contract/paths.ts';
import { pathTree, type PathNode } from './pathTree.ts';
import { usualFormOf } from './usualForms.ts';

/** Where a column's (index ≥ 0) or the time field's (−1) value goes. */
type Leaf = number;

/** Emits `decode_<name>(at, end)`. */
export function emitJsonDecoder(options: DecoderOptions): DecoderText {
  const imports = new Map<string, Set<string>>();
  const use = (module: string, name: string): string => {
    imports.set(module, (imports.get(module) ?? new Set()).add(name));
    return name;
  };
  const context: Context = { options, use, functions: [], nodes: 0 };
  const { name, binding } = options;
  const rowPath = binding.format.kind === 'json' ? binding.format.rowPath : '$';
  const leaves = options.columns.map(({ column }, index): { path: string; leaf: Leaf } => ({
    path: column.mapping ?? `$.${column.name}`,
    leaf: index,
  }));
  if (binding.time !== undefined) leaves.push({ path: binding.time.path, leaf: -1 });
  const tree = pathTree(leaves);
  const flattens = containsArray(tree);
  const root = emitNode(tree, context, 0);
  emitDocument(parsePath(rowPath), root, flattens, context);
  emitRecord(context, flattens);
  const layout = emitLayout(options, tree, use);
  const decode = new Code();
  if (layout !== undefined) {
    context.functions.push(layout);
    // The layout looks at no length: where the batch could hold a record above the limit, the line's end is sought first.
    decode.line(
      `const stop = end - at <= <usize>${use('../contract/abi', 'RECORD_BYTES_MAX')} ? end : lineBound_${name}(at);`,
    );
    decode.block(`if (passed_${name} == 0)`, () => {
      decode.line(`const next = stop == 0 ? <usize>0 : layout_${name}(at, stop);`);
      decode.line(`if (next != 0) { missed_${name} = 0; return next; }`);
      decode.line(`if (++missed_${name} > 8) { missed_${name} = 8; passed_${name} = 32; }`);
    });
    decode.line(`else passed_${name}--;`);
    // Where records keep missing the layout it is tried on few of them.
    context.functions.push(`let missed_${name}: u32 = 0;`, `let passed_${name}: u32 = 0;`);
    const bound = new Code();
    bound.line(`const stop = ${use('formats/json', 'findLineEnd')}(at, at + RECORD_BYTES_MAX + 1);`);
    bound.line('return stop - at <= <usize>RECORD_BYTES_MAX ? stop + 1 : 0;');
    context.functions.push(wrap(`function lineBound_${name}(at: usize): usize`, bound));
  }
  decode.line(`return general_${name}(at, end);`);
  context.functions.push(wrap(`${inlined}function decode_${name}(at: usize, end: usize): usize`, decode));
  const declarations = [
    `const unread_${name}: usize = memory.data(16, 8);`,
    `let accepting_${name}: bool = false;`,
    `let rowCount_${name}: u32 = 0;`,
    `let array_${name}: usize = 0;`,
  ];
  return { text: [...declarations, ...context.functions].join('\n\n'), imports };
}

function containsArray(node: PathNode): boolean {
  return node.each !== undefined || [...node.members.values()].some(containsArray);
}

function leavesBelow(node: PathNode): number[] {
  return [
    ...node.leaves,
    ...[...node.members.values(), ...node.elements.values(), ...(node.each === undefined ? [] : [node.each])].flatMap(
      leavesBelow,
    ),
  ];
}

// node_<name>_<k>(at): reads the value at `at` into the columns of a node. 0: not valid JSON.
function emitNode(node: PathNode, context: Context, depth: number): string {
  const { options, use } = context;
  const name = `node_${options.name}_${context.nodes++}`;
  const code = new Code();
  code.line('let next: usize = 0;');
  if (node.leaves.length > 0) {
    const first = node.leaves.find((leaf) => leaf >= 0);
    emitUsualLeaf(node, code, context);
    code.line(
      first === undefined
        ? `next = ${use('formats/json', 'readToken')}(at, ${depth});`
        : `next = ${use('formats/coerce', 'readColumn')}(at, ${depth}, ${first});`,
    );
    code.line('if (next == 0) return 0;');
    for (const leaf of node.leaves) emitStore(leaf, leaf === first, code, context);
  }
  const children = node.members.size + node.elements.size + (node.each === undefined ? 0 : 1);
  if (children > 0) {
    // A repeated member replaces all that an earlier one gave.
    const inner = leavesBelow(node).filter((leaf) => !node.leaves.includes(leaf));
    if (depth > 0) emitResets(inner, code, context);
    if (containsArray(node)) code.line(`array_${options.name} = 0;`);
    code.line('const c = load<u8>(at);');
    if (node.members.size > 0) code.line(`if (c == 0x7b) return members_${name}(at);`);
    if (node.each !== undefined)
      code.line(`if (c == 0x5b) { array_${options.name} = at; return each_${name}(at, false); }`);
    else if (node.elements.size > 0) code.line(`if (c == 0x5b) return elements_${name}(at);`);
  }
  code.line(node.leaves.length > 0 ? 'return next;' : `return ${use('formats/json', 'skipValue')}(at, ${depth});`);
  const members = [...node.members].map(([key, child]) => ({
    key,
    isLeaf: leavesBelow(child).length === 1 && child.leaves.length === 1,
    function: emitNode(child, context, depth + 1),
  }));
  const elements = [...node.elements].map(([index, child]) => ({
    index,
    function: emitNode(child, context, depth + 1),
  }));
  const each = node.each === undefined ? undefined : emitNode(node.each, context, depth + 1);
  if (members.length > 0) emitMembers(name, members, context, depth + 1);
  if (each !== undefined && node.each !== undefined) emitEach(name, each, node.each, elements, context, depth + 1);
  else if (elements.length > 0) emitElements(name, elements, context, depth + 1);
  context.functions.push(wrap(`function ${name}(at: usize): usize`, code));
  return name;
}

// One column or the time, which has nothing inside. After a fault in the record, the long way knows which values mend it.
function emitUsualLeaf({ leaves, members, elements, each }: PathNode, code: Code, { options, use }: Context): void {
  const columns = leaves.filter((leaf) => leaf >= 0);
  if (columns.length > 1 || members.size + elements.size > 0 || each !== undefined) return;
  const form = usualFormOf({ options, index: columns[0], isTime: leaves.includes(-1) }, jsonFace, use);
  if (form === undefined) return;
  code.block(`if (${use('formats/coerce', 'coerceFault')} == 0)`, () =>
    emitUsualForm(form, (inner) => inner.line(`return ${behind(form)};`), code, use),
  );
}

function emitStore(leaf: Leaf, isNamed: boolean, code: Code, context: Context): void {
  const { options, use } = context;
  if (leaf < 0) return storeTimeToken(options, code, use);
  const column = options.columns[leaf]?.column;
  if (column === undefined) return;
  const { value, isNull } = addressesOf(options, leaf);
  if (!isNamed) code.line(`${use('formats/coerce', 'setColumn')}(${leaf});`);
  code.line(storeToken(column.type, value, isNull, use));
}

// Columns become NULL, and what was wrong with them is forgotten.
function emitResets(leaves: readonly Leaf[], code: Code, context: Context): void {
  const { options } = context;
  const offsets = leaves.flatMap((leaf) => (leaf < 0 ? options.time : options.columns[leaf]?.slot)?.nullOffset ?? []);
  for (const { first, count } of runsOf(offsets)) {
    code.line(
      count === 1
        ? `store<u8>(${options.frame}, 1, ${first});`
        : `memory.fill(${options.frame} + ${first}, 1, ${count});`,
    );
  }
  emitForgets(leaves, code, context);
}

function emitForgets(leaves: readonly Leaf[], code: Code, { use }: Context): void {
  for (const { first, count } of runsOf(leaves.filter((leaf) => leaf >= 0)))
    code.line(`${use('formats/coerce', 'forgetColumns')}(${first}, ${count});`);
}

/** Runs of successive numbers. */
function runsOf(numbers: readonly number[]): { first: number; count: number }[] {
  const runs: { first: number; count: number }[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.first + last.count === number) last.count++;
    else runs.push({ first: number, count: 1 });
  }
  return runs;
}

/** Most bytes of Wasm that the members told apart by one function may take, by estimate. */
const groupBytesMax = 2200;

function inGroups<T>(items: readonly T[], bytesOf: (item: T) => number): T[][] {
  const groups: T[][] = [];
  let bytes = groupBytesMax;
  for (const item of items) {
    if (bytes + bytesOf(item) > groupBytesMax) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(item);
    bytes += bytesOf(item);
  }
  return groups;
}

// The members of an object: keys are told apart by length first, the shortest ones first, then by their bytes.
function emitMembers(
  node: string,
  members: readonly { key: string; isLeaf: boolean; function: string }[],
  context: Context,
  depth: number,
): void {
  const { use } = context;
  const dispatch: string[] = [];
  const encoded = members
    .map((member) => ({ ...member, bytes: new TextEncoder().encode(member.key) }))
    .sort((a, b) => a.bytes.length - b.bytes.length);
  const groups = inGroups(encoded, ({ bytes, isLeaf }) => (isLeaf ? 320 : 350) + 18 * Math.ceil(bytes.length / 8));
  for (const [index, group] of groups.entries()) {
    const code = new Code();
    const isLast = index === groups.length - 1;
    const longest = group.at(-1)?.bytes.length ?? 0;
    const otherwise = isLast
      ? `return ${use('formats/json', 'skipValue')}(at, ${depth});`
      : `return member_${node}_${index + 1}(key, length, at);`;
    code.line(`if (length > ${longest}) ${otherwise}`);
    for (const { bytes, function: target } of group) {
      code.line(
        `if (length == ${bytes.length}${bytes.length === 0 ? '' : ` && ${matchBytes(bytes, 'key')}`}) return ${target}(at);`,
      );
    }
    code.line(otherwise);
    dispatch.unshift(wrap(`function member_${node}_${index}(key: usize, length: usize, at: usize): usize`, code));
  }
  context.functions.push(...dispatch);
  const code = new Code();
  code.line(`at = ${use('formats/json', 'skipBlank')}(at + 1);`);
  code.line('if (load<u8>(at) == 0x7d) return at + 1;');
  code.block('for (;;)', () => {
    code.line(`const value = ${use('formats/json', 'readKey')}(at);`);
    code.line('if (value == 0) return 0;');
    code.line(
      `at = member_${node}_0(${use('formats/json', 'tokenStart')}, ${use('formats/json', 'tokenEnd')} - tokenStart, value);`,
    );
    code.line('if (at == 0) return 0;');
    code.line('at = skipBlank(at);');
    code.line('const c = load<u8>(at);');
    code.line('if (c == 0x7d) return at + 1;');
    code.line('if (c != 0x2c) return 0;');
    code.line('at = skipBlank(at + 1);');
  });
  code.line('return 0;');
  context.functions.push(wrap(`function members_${node}(at: usize): usize`, code));
}

function emitElements(
  node: string,
  elements: readonly { index: number; function: string }[],
  context: Context,
  depth: number,
): void {
  const code = new Code();
  emitArrayLoop(code, context, depth, () => {
    for (const { index, function: target } of elements)
      code.line(`if (index == ${index}) { next = ${target}(at); known = true; }`);
  });
  context.functions.push(wrap(`function elements_${node}(at: usize): usize`, code));
}

// each_<node>(at, rows): passes over the array; with `rows` every element makes a row.
function emitEach(
  node: string,
  element: string,
  child: PathNode,
  elements: readonly { index: number; function: string }[],
  context: Context,
  depth: number,
): void {
  const { options } = context;
  const code = new Code();
  emitArrayLoop(code, context, depth, () => {
    for (const { index, function: target } of elements) code.line(`if (!rows && index == ${index}) ${target}(at);`);
    code.block('if (rows)', () => emitResets(leavesBelow(child), code, context));
    code.line(`next = ${element}(at); known = true;`);
    const stop = `if (${context.use('operators/context', 'suspended')}) return 0;`;
    code.line(`if (rows && next != 0) { ${leave(context)} ${stop} }`);
    // What does not fit in an element fails the row that it makes, not the others.
    emitForgets(leavesBelow(child), code, context);
  });
  context.functions.push(wrap(`function each_${node}(at: usize, rows: bool): usize`, code));
  const again = new Code();
  again.line(`return each_${node}(array_${options.name}, true);`);
  context.functions.push(wrap(`function explode_${options.name}(): usize`, again));
}
