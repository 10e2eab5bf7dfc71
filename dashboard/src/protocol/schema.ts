/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The layout of one telemetry row, and typed access to it by name. */

/** Element types with iRacing's own numbers (irsdk_VarType). */
export const VarType = {
  char: 0,
  bool: 1,
  int: 2,
  bitfield: 3,
  float: 4,
  double: 5,
} as const;
export type VarType = (typeof VarType)[keyof typeof VarType];

const TYPE_BYTES = [1, 1, 4, 4, 4, 8] as const;

/* The same limits as the row library's (gstpitboxcaps.h): a schema comes from
 * the network, and each of these sizes an allocation or a loop. */
const MAX_VARS = 4096;
const MAX_ROW_BYTES = 49152;

export interface Variable {
  readonly name: string;
  readonly unit: string;
  readonly desc: string;
  readonly type: VarType;
  readonly count: number;
  /** Elements are samples within one tick, the last one the newest. */
  readonly countAsTime: boolean;
  /** First byte within the row. */
  readonly offset: number;
  /** Bytes of one element. */
  readonly elementBytes: number;
}

export class SchemaError extends Error {
  override name = 'SchemaError';
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SchemaError(`${what} is not an object`);
  }
  return value as Record<string, unknown>;
}

function integer(
  from: Record<string, unknown>, key: string, min: number, max: number,
): number {
  const n = from[key];
  if (typeof n !== 'number' || !Number.isInteger(n) || n < min || n > max) {
    throw new SchemaError(`"${key}" is not an integer from ${min} to ${max}`);
  }
  return n;
}

function parseType(value: unknown): VarType {
  if (typeof value === 'string' && Object.hasOwn(VarType, value)) {
    return VarType[value as keyof typeof VarType];
  }
  if (Number.isInteger(value) && (value as number) >= 0
    && (value as number) <= 5) {
    return value as VarType;
  }
  throw new SchemaError(`unknown variable type ${JSON.stringify(value)}`);
}

function parseVariable(value: unknown, rowBytes: number): Variable {
  const v = object(value, 'a variable');
  if (typeof v['name'] !== 'string' || v['name'] === '') {
    throw new SchemaError('a variable has no name');
  }
  const type = parseType(v['type']);
  const elementBytes = TYPE_BYTES[type];
  const count = integer(v, 'count', 1, MAX_ROW_BYTES);
  const offset = integer(v, 'offset', 0, rowBytes);
  if (offset + count * elementBytes > rowBytes) {
    throw new SchemaError(`variable ${v['name']} ends behind the row`);
  }
  return {
    name: v['name'],
    unit: typeof v['unit'] === 'string' ? v['unit'] : '',
    desc: typeof v['desc'] === 'string' ? v['desc'] : '',
    type, count, offset, elementBytes,
    countAsTime: v['count_as_time'] === true,
  };
}

/**
 * One variable bound to a schema. Reads from a row of that schema only.
 */
export class Field {
  constructor(readonly variable: Variable) {}

  /**
   * Element `index`; by default the newest sample of a variable that is an
   * array over time, and element 0 of any other. Booleans and characters come
   * as numbers, bit fields unsigned. NaN when there is no such element.
   */
  read(row: DataView, index?: number): number {
    const v = this.variable;
    const i = index ?? (v.countAsTime ? v.count - 1 : 0);
    if (i < 0 || i >= v.count) return NaN;
    const at = v.offset + i * v.elementBytes;
    switch (v.type) {
      case VarType.char: return row.getUint8(at);
      case VarType.bool: return row.getUint8(at) ? 1 : 0;
      case VarType.int: return row.getInt32(at, true);
      case VarType.bitfield: return row.getUint32(at, true);
      case VarType.float: return row.getFloat32(at, true);
      case VarType.double: return row.getFloat64(at, true);
    }
  }
}

/** An immutable row layout, as GET …/schema gives it. */
export class Schema {
  readonly id: number;
  readonly sim: string;
  /** Rows a second of the simulator. */
  readonly tickRate: number;
  readonly rowBytes: number;
  readonly variables: readonly Variable[];
  readonly #byName = new Map<string, Field>();

  /** @throws SchemaError when the text does not describe a row. */
  constructor(json: unknown) {
    const o = object(json, 'the schema');
    this.id = integer(o, 'schema_id', 0, 0xffffffff);
    this.sim = typeof o['sim'] === 'string' ? o['sim'] : '';
    this.tickRate = integer(o, 'rate_hz', 1, 10000);
    this.rowBytes = integer(o, 'row_bytes', 1, MAX_ROW_BYTES);
    const vars = o['vars'];
    if (!Array.isArray(vars) || vars.length > MAX_VARS) {
      throw new SchemaError(`"vars" is not a list of at most ${MAX_VARS}`);
    }
    this.variables = vars.map((v) => parseVariable(v, this.rowBytes));
    for (const v of this.variables) this.#byName.set(v.name, new Field(v));
  }

  /** The variable of that name, or undefined where this car has none. */
  field(name: string): Field | undefined {
    return this.#byName.get(name);
  }
}
