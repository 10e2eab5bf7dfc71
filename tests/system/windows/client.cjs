// SPDX-License-Identifier: LGPL-2.1-or-later
// What the addon of @irsdk-node/native reads, for node for Windows:
// client.cjs ADDON strain|sim ROWS OUT.json
const { writeFileSync } = require('node:fs');

const [addon, mode, rows, out] = process.argv.slice(2);
const { iRacingSdkNode: Sdk } = require(addon);
const sdk = new Sdk();
const value = (name) => sdk.getTelemetryVariable(name)?.value;
const said = { mocked: sdk.isMocked, rows: 0, torn: 0, lost: 0, ticks: [] };

/* Every element of a row of shm-strain is its tick. */
function isTorn(tick) {
  const probe = new Float64Array(value('Probe'));
  return probe.length !== 1000 || probe.some((v) => v !== tick);
}

function take() {
  const tick = new Int32Array(value('SessionTick'))[0];
  if (said.last !== undefined && tick === said.last) return;
  if (said.last !== undefined) said.lost += tick - said.last - 1;
  said.last = tick;
  said.rows += 1;
  if (mode === 'strain' && isTorn(tick)) said.torn += 1;
  if (mode === 'sim') {
    said.ticks.push([tick, new Float32Array(value('Speed'))[0],
      new Float32Array(value('FuelLevel'))[0]]);
  }
}

const until = Date.now() + 240000;
let silent = 0;
while (!sdk.startSDK() && Date.now() < until);
while (said.rows < Number(rows) && Date.now() < until && silent < 100) {
  if (sdk.waitForData(16)) {
    silent = 0;
    take();
  } else if (said.rows > 0) silent += 1;
}
if (mode === 'sim') said.session = sdk.getSessionData();
sdk.stopSDK();
writeFileSync(out, JSON.stringify(said));
