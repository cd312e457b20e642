// The linter is the second line after the compiler (guest/tsconfig.json): it bans clock and randomness in the pure rooms.
import tseslint from "typescript-eslint";

const PURE_ROOMS = [
  "contract/**/*.ts",
  ...["core", "runtime", "bus", "services", "dsoftbusd", "selftest", "sim"].map((room) => `guest/${room}/**/*.ts`),
];

export default tseslint.config(
  {
    ignores: [
      "build/",
      "dist/",
      "examples/",
      "coverage/",
      "reports/",
      "node_modules/",
      "bench/peers/",
      ".stryker-tmp/",
    ],
  },
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: ["*.js", ".dependency-cruiser.cjs", "scripts/*.mjs", "images/init/*.cjs"],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-restricted-syntax": [
        "error",
        { selector: "TSEnumDeclaration", message: "Use a union or a const object." },
        {
          selector: "ThrowStatement > NewExpression[callee.name='Error']",
          message: "Throw a typed error with a stable code (style).",
        },
      ],
      eqeqeq: "error",
      "no-console": "error",
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: PURE_ROOMS,
    ignores: ["**/*.test.ts", "**/*.fixture.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "Time is a parameter." },
        { object: "Math", property: "random", message: "Randomness is injected." },
        { object: "performance", property: "now", message: "Time is a parameter." },
      ],
      "no-restricted-globals": [
        "error",
        "Date",
        "Buffer",
        "process",
        "setTimeout",
        "setInterval",
        "queueMicrotask",
        "crypto",
      ],
    },
  },
  {
    files: ["**/*.test.ts", "**/*.fixture.ts"],
    rules: {
      "max-lines-per-function": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.property.name='toMatchObject'] Property > Literal[regex]",
          message: "An expression in toMatchObject matches everything: expect.stringMatching(...).",
        },
      ],
    },
  },
  { files: ["**/*.js", "**/*.mjs", "**/*.cjs"], ...tseslint.configs.disableTypeChecked },
  // CommonJS has no other way to import.
  { files: ["**/*.cjs"], rules: { "@typescript-eslint/no-require-imports": "off" } },
);
