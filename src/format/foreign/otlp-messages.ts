/**
 * The messages of OpenTelemetry's profiles signal: opentelemetry-proto 1.11.0, package opentelemetry.proto.profiles.v1development
 * (https://github.com/open-telemetry/opentelemetry-proto, status Alpha), as types and as a table of fields. Data alone. Fields
 * that pyspy never fills are left out.
 */

/** A value that is one of these; an attribute's. */
export type OtlpValue =
  | { stringValue: string }
  | { intValue: number }
  | { arrayValue: { values: OtlpValue[] } };

export interface OtlpKeyValue {
  readonly key: string;
  readonly value: OtlpValue;
}

/** Indexes into the dictionary's strings. */
export interface OtlpValueType {
  readonly typeStrindex: number;
  readonly unitStrindex: number;
}

export interface OtlpSample {
  readonly stackIndex: number;
  readonly attributeIndices: readonly number[];
  /** One number: the sum of all samples of this stack with these attributes. */
  readonly values: readonly number[];
}

export interface OtlpProfile {
  readonly sampleType: OtlpValueType;
  readonly samples: Iterable<OtlpSample>;
  /** Since 1970; 0 where not known. */
  readonly timeUnixNano: bigint;
  readonly durationNano: number;
  readonly periodType: OtlpValueType;
  readonly period: number;
}

export interface OtlpResourceProfiles {
  readonly resource: { readonly attributes: readonly OtlpKeyValue[] };
  readonly scopeProfiles: readonly {
    readonly scope: { readonly name: string; readonly version: string };
    readonly profiles: readonly OtlpProfile[];
  }[];
}

export interface OtlpLocation {
  readonly lines: readonly { readonly functionIndex: number; readonly line: number }[];
  readonly attributeIndices: readonly number[];
}

export interface OtlpFunction {
  readonly nameStrindex: number;
  readonly filenameStrindex: number;
  readonly startLine: number;
}

export interface OtlpAttribute {
  readonly keyStrindex: number;
  readonly value?: OtlpValue;
}

/** The first item of each table stands for "none". */
export interface OtlpDictionary {
  readonly mappingTable: readonly object[];
  readonly locationTable: readonly Partial<OtlpLocation>[];
  readonly functionTable: readonly Partial<OtlpFunction>[];
  readonly linkTable: readonly { readonly traceId: Uint8Array; readonly spanId: Uint8Array }[];
  readonly stringTable: readonly string[];
  readonly attributeTable: readonly Partial<OtlpAttribute>[];
  /** Innermost location first. */
  readonly stackTable: Iterable<{ readonly locationIndices: readonly number[] }>;
}

/** ProfilesData, which has the same bytes as the ExportProfilesServiceRequest of a collector. */
export interface OtlpProfiles {
  readonly resourceProfiles: readonly OtlpResourceProfiles[];
  readonly dictionary: OtlpDictionary;
}

export interface OtlpField {
  readonly number: number;
  /** "count" is a number of 32 bits, "varint" one of 64; both are written as a varint, and differ in JSON. */
  readonly type: 'string' | 'bytes' | 'count' | 'varint' | 'fixed64' | OtlpMessage;
  readonly isList: boolean;
  /** Whether it is written even where it has the value that readers take for none: one of several, of which it is the one. */
  readonly isChoice: boolean;
}

const one = (number: number, type: OtlpField['type']): OtlpField => {
  return { number, type, isList: false, isChoice: false };
};
const many = (number: number, type: OtlpField['type']): OtlpField => ({ ...one(number, type), isList: true });
const choice = (number: number, type: OtlpField['type']): OtlpField => {
  return { ...one(number, type), isChoice: true };
};

export type OtlpMessage =
  | ('ProfilesData' | 'ResourceProfiles' | 'Resource' | 'ScopeProfiles' | 'Scope' | 'Profile' | 'ValueType')
  | ('Sample' | 'Dictionary' | 'Location' | 'Line' | 'Function' | 'Link' | 'Attribute' | 'Stack' | 'Mapping')
  | ('KeyValue' | 'AnyValue' | 'ArrayValue');

export const otlpMessages: Readonly<Record<OtlpMessage, Readonly<Record<string, OtlpField>>>> = {
  ProfilesData: { resourceProfiles: many(1, 'ResourceProfiles'), dictionary: one(2, 'Dictionary') },
  ResourceProfiles: { resource: one(1, 'Resource'), scopeProfiles: many(2, 'ScopeProfiles') },
  Resource: { attributes: many(1, 'KeyValue') },
  ScopeProfiles: { scope: one(1, 'Scope'), profiles: many(2, 'Profile') },
  Scope: { name: one(1, 'string'), version: one(2, 'string') },
  Profile: {
    sampleType: one(1, 'ValueType'),
    samples: many(2, 'Sample'),
    timeUnixNano: one(3, 'fixed64'),
    durationNano: one(4, 'varint'),
    periodType: one(5, 'ValueType'),
    period: one(6, 'varint'),
  },
  ValueType: { typeStrindex: one(1, 'count'), unitStrindex: one(2, 'count') },
  Sample: { stackIndex: one(1, 'count'), attributeIndices: many(2, 'count'), values: many(4, 'varint') },
  Dictionary: {
    mappingTable: many(1, 'Mapping'),
    locationTable: many(2, 'Location'),
    functionTable: many(3, 'Function'),
    linkTable: many(4, 'Link'),
    stringTable: many(5, 'string'),
    attributeTable: many(6, 'Attribute'),
    stackTable: many(7, 'Stack'),
  },
  Mapping: {},
  Location: { lines: many(3, 'Line'), attributeIndices: many(4, 'count') },
  Line: { functionIndex: one(1, 'count'), line: one(2, 'varint') },
  Function: { nameStrindex: one(1, 'count'), filenameStrindex: one(3, 'count'), startLine: one(4, 'varint') },
  Link: { traceId: one(1, 'bytes'), spanId: one(2, 'bytes') },
  Attribute: { keyStrindex: one(1, 'count'), value: one(2, 'AnyValue') },
  Stack: { locationIndices: many(1, 'count') },
  KeyValue: { key: one(1, 'string'), value: one(2, 'AnyValue') },
  AnyValue: {
    stringValue: choice(1, 'string'),
    intValue: choice(3, 'varint'),
    arrayValue: choice(5, 'ArrayValue'),
  },
  ArrayValue: { values: many(1, 'AnyValue') },
};
