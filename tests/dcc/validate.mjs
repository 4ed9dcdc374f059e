// Runs the Khronos validator over glTF files: no error and no warning may be left.
//
//     node validate.mjs clip.glb ...
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// The package is looked up from the working folder, so that nothing has to be installed beside the tests.
const validator = createRequire(`${process.cwd()}/`)('gltf-validator');
let failed = 0;
const files = process.argv.slice(2);
for (const file of files) {
  const { issues } = await validator.validateBytes(new Uint8Array(readFileSync(file)), { maxIssues: 20 });
  for (const { severity, code, message, pointer } of issues.messages.filter(({ severity }) => severity < 2)) {
    console.log(`${file}: FAILED: ${severity === 0 ? 'error' : 'warning'} ${code} at ${pointer}: ${message}`);
  }
  failed += issues.numErrors + issues.numWarnings > 0;
}
console.log(`= Khronos validator ${validator.version()}: glb, vrma\t${files.length}\t${failed}\t\t`);
process.exit(failed ? 1 : 0);
