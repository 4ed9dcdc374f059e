// Runs the Khronos validator over glTF files: no error and no warning may be left.
//
//     node validate.mjs clip.glb ...
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// The package is looked up from the working folder, so that nothing has to be installed beside the tests.
const validator = createRequire(`${process.cwd()}/`)('gltf-validator');
let failed = false;
for (const file of process.argv.slice(2)) {
  const { issues } = await validator.validateBytes(new Uint8Array(readFileSync(file)), { maxIssues: 20 });
  console.log(`${file}: ${issues.numErrors} errors, ${issues.numWarnings} warnings, ${issues.numInfos} notes`);
  for (const { severity, code, message, pointer } of issues.messages.filter(({ severity }) => severity < 2)) {
    console.log(`  ${severity === 0 ? 'error' : 'warning'} ${code} at ${pointer}: ${message}`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);
