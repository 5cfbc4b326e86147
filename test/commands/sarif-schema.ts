/**
 * What SARIF 2.1.0 asks of the parts that `diff` writes, in our words after the schema of OASIS; the reports of this
 * project were checked against that one too.
 */
const text = {
  type: 'object',
  required: ['text'],
  properties: { text: { type: 'string', minLength: 1 } },
};
const level = { enum: ['none', 'note', 'warning', 'error'] };
const bag = { type: 'object', additionalProperties: true };

const driver = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    semanticVersion: { type: 'string' },
    rules: {
      type: 'array',
      uniqueItems: true,
      items: {
        type: 'object',
        required: ['id'],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          shortDescription: text,
          fullDescription: text,
          help: text,
          defaultConfiguration: { type: 'object', properties: { level } },
          properties: bag,
        },
      },
    },
  },
};

const result = {
  type: 'object',
  // Code scanning wants more than the schema does: a rule and a place.
  required: ['message', 'ruleId', 'locations', 'partialFingerprints'],
  properties: {
    ruleId: { type: 'string' },
    ruleIndex: { type: 'integer', minimum: -1 },
    kind: { enum: ['notApplicable', 'pass', 'fail', 'review', 'open', 'informational'] },
    level,
    message: text,
    locations: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        properties: {
          physicalLocation: {
            type: 'object',
            required: ['artifactLocation'],
            properties: {
              artifactLocation: {
                type: 'object',
                properties: {
                  // A relative reference of RFC 3986: no scheme, no leading slash, nothing unescaped.
                  uri: { type: 'string', pattern: "^(?![^/]*:)(?:[\\w.~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+$" },
                  uriBaseId: { type: 'string' },
                },
              },
              region: { type: 'object', properties: { startLine: { type: 'integer', minimum: 1 } } },
            },
          },
          logicalLocations: {
            type: 'array',
            items: {
              type: 'object',
              properties: { fullyQualifiedName: { type: 'string' }, kind: { type: 'string' } },
            },
          },
        },
      },
    },
    partialFingerprints: { type: 'object', additionalProperties: { type: 'string' } },
    properties: bag,
  },
};

export const sarifSchema = {
  type: 'object',
  required: ['version', 'runs'],
  properties: {
    $schema: { type: 'string' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tool', 'results'],
        properties: {
          tool: { type: 'object', required: ['driver'], properties: { driver } },
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          originalUriBaseIds: {
            type: 'object',
            additionalProperties: {
              type: 'object',
              properties: { uri: { type: 'string' }, description: text },
            },
          },
          invocations: {
            type: 'array',
            items: {
              type: 'object',
              required: ['executionSuccessful'],
              properties: {
                executionSuccessful: { type: 'boolean' },
                exitCode: { type: 'integer' },
                toolExecutionNotifications: {
                  type: 'array',
                  items: { type: 'object', required: ['message'], properties: { level, message: text } },
                },
              },
            },
          },
          properties: bag,
          results: { type: 'array', items: result },
        },
      },
    },
  },
};
