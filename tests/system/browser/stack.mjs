// SPDX-License-Identifier: LGPL-2.1-or-later
// The whole relay as real processes in a folder of its own: simulators, server,
// agents and, where asked for, a network that loses packets.
import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { constants } from 'node:fs';
import {
  access, mkdir, mkdtemp, readFile, rename, rm, writeFile,
} from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Skip } from './skip.mjs';

const exec = promisify(execFile);
const START_MS = 30000;
const END_MS = 5000;
/* Of what a child says, as it said it. */
const TEXT_MAX = 65536;

/** Polls until `check` gives something true; says what was waited for. */
export async function until(what, check, ms = START_MS) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((r) => setTimeout(r, 50));
  }
}

async function onPath(name) {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    try {
      await access(join(dir, name), constants.X_OK);
      return true;
    } catch { /* the next folder */ }
  }
  return false;
}

/* Whatever ends a test, nothing of it stays behind. */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => process.exit(1));
}

class Child {
  constructor(name, argv, log, env, listens) {
    this.name = name;
    this.log = log;
    this.lines = [];
    this.text = '';
    this.process = spawn(argv[0], argv.slice(1), {
      stdio: [listens ? 'pipe' : 'ignore', 'pipe', 'pipe'], env,
    });
    this.ended = new Promise((resolve) => {
      this.process.on('error', (e) => resolve(String(e)));
      this.process.on('exit', (code, signal) => resolve(signal ?? code));
    });
    this.alive = true;
    running.add(this.process);
    this.ended.then(() => {
      this.alive = false;
      running.delete(this.process);
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.text = (this.text + text).slice(-TEXT_MAX);
        this.lines.push(...text.split('\n').filter(Boolean));
        if (this.lines.length > 400) this.lines.splice(0, 200);
      });
    }
  }

  async stop(signal = 'SIGTERM') {
    if (this.alive) this.process.kill(signal);
    const late = setTimeout(() => this.process.kill('SIGKILL'), END_MS);
    await this.ended;
    clearTimeout(late);
  }
}

/**
 * Starts everything and waits until each driver is live at the server.
 *
 * drivers: [{ id, mode: 'video'|'telemetry', ibt, cable: it can be pulled,
 * telemetry alone }]; loss: percent of the
 * datagrams lost on the way in; delayMs: of each way, as the loss only with a
 * proxy; keyMs: between key frames; width, height, fps, bitrateKbps of the picture;
 * latencyMs of SRT: 30 is enough on one machine, 120 is the agent's own; bind:
 * the server's address, one that opens a network with a password (`login`); tls:
 * by HTTPS with the first of `certificates`, and that password.
 */
export async function startStack(options = {}) {
  const stack = new Stack(options);
  try {
    await stack.start();
  } catch (error) {
    await stack.stop(true);
    throw error;
  }
  return stack;
}

const isLoopback = (address) => address === '::1' || address.startsWith('127.');

/** An address of this machine that opens a network; throws Skip without one. */
export function ownAddress(family) {
  const found = Object.values(networkInterfaces()).flat().find((a) =>
    a.family === family && !a.internal && !a.address.startsWith('fe80:'));
  if (!found) throw new Skip(`this machine has no ${family} address of its own`);
  return found.address;
}

class Stack {
  constructor(options) {
    this.options = {
      drivers: [{ id: 'car1' }], loss: 0, delayMs: 0, keyMs: 2000, width: 640, height: 360, fps: 60,
      bitrateKbps: 3000, latencyMs: 30, bind: '127.0.0.1', tls: false,
      login: { login: 'admin', password: 'not asked for' }, ...options,
    };
    this.host = isIPv6(this.options.bind) ? `[${this.options.bind}]`
      : this.options.bind;
    this.children = new Map();
    this.certificates = [];
  }

  async start() {
    const needed = ['pitbox-server', 'pitbox-agent', 'pitbox-sim'];
    if (this.options.loss > 0 || this.options.drivers.some((d) => d.cable)) {
      needed.push('lossproxy');
    }
    for (const name of needed) {
      if (!await onPath(name)) throw new Skip(`${name} is not on the PATH`);
    }
    this.dir = await mkdtemp(join(tmpdir(), 'pitbox-system-'));
    this.env = { ...process.env, GST_REGISTRY: join(this.dir, 'registry.bin') };
    this.data = join(this.dir, 'data');
    await mkdir(this.data);
    if (this.options.tls) await this.#startTls();
    for (const driver of this.options.drivers) await this.#addDevice(driver);
    await this.startServer();
    if (this.options.loss > 0) await this.#startProxy();
    for (const driver of this.options.drivers) {
      this.#startSim(driver);
      if (driver.screen) await this.startScreen(driver.id, driver.screen);
      else if (driver.cable) await this.#startCabled(driver.id);
      else if (driver.camera) await this.startApart(driver.id, driver.camera);
      else if (driver.publisher === 'ffmpeg') await this.startFfmpeg(driver.id);
      else if (driver.encoder) await this.startLaunch(driver.id, driver.encoder);
      else this.startAgent(driver.id);
    }
    await Promise.all(this.options.drivers.map((d) => this.untilLive(d.id)));
  }

  /** `listens`: it is told things by lines of its input. */
  child(name, argv, env = {}, listens = false) {
    const child = new Child(name, argv, join(this.dir, name),
      { ...this.env, ...env }, listens);
    this.children.set(name, child);
    return child;
  }

  /** A command of the server's administrator; gives what it prints. */
  async command(...words) {
    const { stdout } = await exec('pitbox-server',
      ['--data-dir', this.data, ...words], { env: this.env });
    return stdout;
  }

  /* Two certificates, the second for later. */
  async #startTls() {
    /* Node trusts those of its start alone. */
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    this.certificates = await Promise.all(
      [this.#makeCertificate(), this.#makeCertificate()]);
    await this.takeCertificate(this.certificates[0]);
  }

  /* A fresh certificate for 127.0.0.1: its files, and what tells its key. */
  async #makeCertificate() {
    if (!await onPath('openssl')) throw new Skip('openssl is not on the PATH');
    const name = randomBytes(4).toString('hex');
    const [pem, key] = ['pem', 'key'].map((end) => join(this.dir, `${name}.${end}`));
    await exec('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
      'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`,
      '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', pem]);
    const spki = new X509Certificate(await readFile(pem)).publicKey
      .export({ type: 'spki', format: 'der' });
    return { name, pem, key,
      pin: createHash('sha256').update(spki).digest('base64') };
  }

  /** Puts a certificate where the server looks, as certbot would. */
  async takeCertificate({ pem, key }) {
    this.tls = [join(this.dir, 'live.pem'), join(this.dir, 'live.key')];
    for (const [from, to] of [[pem, this.tls[0]], [key, this.tls[1]]]) {
      await writeFile(`${to}.new`, await readFile(from), { mode: 0o600 });
      await rename(`${to}.new`, to);
    }
  }

  async #addDevice({ id, camera, screen, cable }) {
    const keep = async (name, ...words) => writeFile(join(this.dir, name),
      await this.command('device', ...words, '--print-passphrase'),
      { mode: 0o600 });
    await keep(`${id}.key`, 'add', id, '--driver', id);
    if (camera || screen || cable) await keep(`${id}.token`, 'token', id);
    if (!camera && !screen) return;
    await keep(`${id}-cam.key`, 'add', `${id}-cam`, '--driver', id);
  }

  /** Starts the server; again on the same ports once it has run. */
  async startServer() {
    const ready = join(this.dir, 'ready');
    await rm(ready, { force: true });
    const password = join(this.dir, 'password');
    await writeFile(password, this.options.login.password, { mode: 0o600 });
    const server = this.child('server', ['pitbox-server',
      '--data-dir', this.data, '--bind', this.options.bind,
      ...(this.#hasLogin() ? ['--admin-password-file', password] : []),
      ...(isLoopback(this.options.bind) ? [] : ['--insecure-lan']),
      ...(this.tls
        ? ['--tls-certificate', this.tls[0], '--tls-key', this.tls[1]] : []),
      '--http-port', String(this.httpPort ?? 0),
      '--srt-port', String(this.srtPort ?? 0), '--ready-file', ready]);
    const told = await until('the server is ready', async () => {
      if (!server.alive) throw new Error('the server ended');
      return readFile(ready, 'utf8').catch(() => '');
    });
    const { url, srt_port: srtPort } = JSON.parse(told);
    this.url = url.replace(/\/$/, '');
    this.httpPort = Number(new URL(url).port);
    this.srtPort = srtPort;
    this.agentPort = srtPort;
  }

  async #startProxy() {
    const proxy = this.child('proxy', ['lossproxy', '--listen', '0',
      '--to', `127.0.0.1:${this.srtPort}`, '--loss', String(this.options.loss),
      '--delay', String(this.options.delayMs), '--seed', '7']);
    this.agentPort = await this.#proxyPort(proxy);
  }

  async #proxyPort(proxy) {
    return until('the proxy says its port', () =>
      Number(proxy.lines.join(' ').match(/\d+/)?.[0] ?? 0));
  }

  /** Our agent with telemetry alone, by WebSocket, on a cable that can be
   * pulled; what it cannot send waits in this stack's own folder. */
  async #startCabled(id) {
    const proxy = this.child(`cable-${id}`, ['lossproxy', '--tcp', '--to',
      `127.0.0.1:${this.httpPort}`], {}, true);
    const port = await this.#proxyPort(proxy);
    this.child(`agent-${id}`, ['pitbox-agent', '--mode', 'telemetry',
      '--server', `http://127.0.0.1:${port}`,
      '--token-file', join(this.dir, `${id}.token`),
      '--shm-name', this.#shm(id)],
    { XDG_DATA_HOME: join(this.dir, `data-${id}`) });
  }

  /** Pulls a driver's cable, or puts it in again. What was on its way is lost:
   * it is also the router that was switched off. */
  cable(id, isIn) {
    this.children.get(`cable-${id}`).process.stdin.write(
      isIn ? 'join\n' : 'cut\nrebind\n');
  }

  /** A way to a UDP port of this machine that loses so many of a hundred
   * datagrams; gives its port. */
  async loseOn(port, percent) {
    if (!await onPath('lossproxy')) throw new Skip('lossproxy is not on the PATH');
    const proxy = this.child(`loss-${port}`, ['lossproxy', '--listen', '0',
      '--to', `127.0.0.1:${port}`, '--loss', String(percent), '--seed', '7']);
    return this.#proxyPort(proxy);
  }

  #shm(id) {
    this.run ??= randomBytes(4).toString('hex');
    return `pitbox-${this.run}-${id}`;
  }

  #startSim({ id, ibt }) {
    this.child(`sim-${id}`, ['pitbox-sim', '--shm-name', this.#shm(id),
      ...(ibt ? ['--ibt', ibt, '--loop'] : [])]);
  }

  #pictureOptions(shm) {
    const o = this.options;
    return ['--shm-name', shm, '--source', 'scene',
      '--width', String(o.width), '--height', String(o.height),
      '--framerate', String(o.fps), '--bitrate-kbps', String(o.bitrateKbps),
      '--latency-ms', String(o.latencyMs),
      '--key-interval-ms', String(o.keyMs)];
  }

  /** A PC that wants to be let in, and keeps what it gets. */
  startPairing(pc) {
    return this.child(`pair-${pc}`, ['pitbox-agent', 'pair', '--server',
      this.url, '--name', pc], this.#home(pc));
  }

  /** A PC that was let in: nobody says where it sends, or as whom. */
  startPaired(pc) {
    this.#startSim({ id: pc });
    return this.child(`agent-${pc}`, ['pitbox-agent',
      ...this.#pictureOptions(this.#shm(pc))], this.#home(pc));
  }

  #home(pc) {
    return { XDG_CONFIG_HOME: join(this.dir, `home-${pc}`), LC_ALL: 'C.UTF-8' };
  }

  /** gst-launch as a driver, with an encoder that our agent would not choose. */
  async startLaunch(id, encoder) {
    const o = this.options;
    const key = (await readFile(join(this.dir, `${id}.key`), 'utf8')).trim();
    return this.child(`launch-${id}`, ['gst-launch-1.0', ...[
      `irsdksrc shm-name=${this.#shm(id)} ! tee name=rows`,
      'rows. ! queue ! telemetryenc ! queue ! mux.',
      'rows. ! queue leaky=downstream ! telemetryscene !',
      `video/x-raw,width=${o.width},height=${o.height},framerate=${o.fps}/1 !`,
      `${encoder} ! queue ! mux.`,
      `mpegtsmux name=mux alignment=7 ! pitboxsrtsink host=127.0.0.1`,
      `port=${this.agentPort} streamid=#!::r=${id},m=publish,u=${id}`,
      `latency=${o.latencyMs} passphrase=${key}`,
    ].join(' ').split(' ')]);
  }

  /** ffmpeg as a driver: a picture as it was encoded, sound of its own AAC, no
   * telemetry. */
  async startFfmpeg(id) {
    if (!await onPath('ffmpeg')) throw new Skip('ffmpeg is not on the PATH');
    const o = this.options;
    const key = (await readFile(join(this.dir, `${id}.key`), 'utf8')).trim();
    const pipe = join(this.dir, `${id}.mkv`);
    await exec('mkfifo', [pipe]);
    this.child(`source-${id}`, ['gst-launch-1.0', ...[
      `irsdksrc shm-name=${this.#shm(id)} ! tee name=rows`,
      'rows. ! queue ! telemetrysound marks=true ! queue ! mux.',
      'rows. ! queue leaky=downstream ! telemetryscene !',
      `video/x-raw,width=${o.width},height=${o.height},framerate=${o.fps}/1 !`,
      `x264enc speed-preset=ultrafast tune=zerolatency bitrate=1500 key-int-max=${
        o.fps} ! h264parse ! queue ! mux.`,
      `matroskamux name=mux streamable=true ! filesink location=${pipe} buffer-mode=2`,
    ].join(' ').split(' ')]);
    return this.child(`ffmpeg-${id}`, ['ffmpeg', '-v', 'warning', '-nostdin',
      '-fflags', 'nobuffer', '-probesize', '100000', '-i', pipe, '-map', '0',
      '-c:v', 'copy', '-c:a', 'aac', '-b:a', '128k', '-f', 'mpegts',
      '-muxdelay', '0', '-flush_packets', '1',
      `srt://127.0.0.1:${this.agentPort}?mode=caller&latency=${
        o.latencyMs * 1000}&passphrase=${key}&streamid=#!::r=${id},m=publish,u=${id}`]);
  }

  /** Our agent with telemetry alone, by WebSocket, and another program with the
   * picture of the same race, by SRT, `lateMs` later, as a capture card is. */
  async startApart(id, { lateMs }) {
    this.child(`agent-${id}`, ['pitbox-agent', '--mode', 'telemetry',
      '--server', this.url, '--token-file', join(this.dir, `${id}.token`),
      '--shm-name', this.#shm(id)]);
    await this.startCamera(id, lateMs);
  }

  async startCamera(id, lateMs) {
    const o = this.options;
    const key = (await readFile(join(this.dir, `${id}-cam.key`), 'utf8')).trim();
    return this.child(`camera-${id}`, ['gst-launch-1.0', ...[
      `irsdksrc shm-name=${this.#shm(id)} ! telemetryscene !`,
      `video/x-raw,width=${o.width},height=${o.height},framerate=${o.fps}/1 !`,
      `queue min-threshold-time=${lateMs * 1e6} max-size-time=0`,
      'max-size-buffers=0 max-size-bytes=0 !',
      'x264enc tune=zerolatency speed-preset=ultrafast',
      `bitrate=${o.bitrateKbps} key-int-max=${2 * o.fps} !`,
      'h264parse config-interval=-1 ! mpegtsmux alignment=7 !',
      'srtsink wait-for-connection=false',
      `uri=srt://127.0.0.1:${this.srtPort}?mode=caller&latency=${
        o.latencyMs}&passphrase=${key}`,
      `streamid=#!::r=${id},m=publish,u=${id}-cam`,
    ].join(' ').split(' ')]);
  }

  /** A driver's screen with a game on it, our agent with telemetry alone, paired,
   * and a capture of the screen by ffmpeg, in another size and some frames
   * late, as an encoder with threads is. */
  async startScreen(id, { width, height, lateFrames }) {
    for (const name of ['Xvfb', 'ffmpeg']) {
      if (!await onPath(name)) throw new Skip(`${name} is not on the PATH`);
    }
    const x = this.child(`screen-${id}`, ['Xvfb', '-displayfd', '1', '-screen',
      '0', `${width}x${height}x24`, '-nolisten', 'tcp', '-noreset']);
    const display = await until('the screen is there', () =>
      x.text.match(/^(\d+)\n/m)?.[1]);
    this.child(`game-${id}`, ['gst-launch-1.0', ...[
      `irsdksrc shm-name=${this.#shm(id)} ! telemetryscene !`,
      `video/x-raw,width=${width},height=${height},framerate=60/1 ! videoconvert !`,
      `ximagesink display=:${display} handle-events=false sync=false`,
    ].join(' ').split(' ')]);
    await this.#pair('rig', id);
    this.child(`agent-${id}`, ['pitbox-agent', '--mode', 'telemetry',
      '--shm-name', this.#shm(id), '--display', `:${display}`],
    { ...this.#home('rig'), DISPLAY: '' });
    await this.#startCapture(id, `:${display}`, { width, height, lateFrames });
  }

  async #startCapture(id, display, { width, height, lateFrames }) {
    const o = this.options;
    const key = (await readFile(join(this.dir, `${id}-cam.key`), 'utf8')).trim();
    return this.child(`capture-${id}`, ['ffmpeg', '-v', 'warning', '-nostdin',
      '-f', 'x11grab', '-draw_mouse', '0', '-framerate', String(o.fps),
      '-video_size', `${width}x${height}`, '-i', display,
      '-vf', `scale=${o.width}:${o.height}`, '-pix_fmt', 'yuv420p',
      /* Each thread has a frame of its own, and gives it when all have one. */
      '-c:v', 'libx264', '-preset', 'ultrafast',
      '-threads', String(lateFrames + 1), '-g', String(2 * o.fps),
      '-b:v', `${o.bitrateKbps}k`, '-f', 'mpegts', '-muxdelay', '0',
      '-flush_packets', '1', `srt://127.0.0.1:${this.srtPort}?mode=caller&latency=${
        o.latencyMs * 1000}&passphrase=${key}&streamid=#!::r=${id},m=publish,u=${
        id}-cam`]);
  }

  /* Lets a PC in, as an engineer does. */
  async #pair(pc, driver) {
    const pairing = this.startPairing(pc);
    const code = await until('a code is shown', () =>
      pairing.text.match(/#\/pair\?code=([A-Z0-9]{6})/)?.[1]);
    const answer = await fetch(`${this.url}/api/v1/pairing/approve`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, driver }),
    });
    if (!answer.ok) throw new Error(`pairing: ${answer.status}`);
    if (await pairing.ended !== 0) throw new Error(pairing.text);
  }

  startAgent(id) {
    const { mode = 'video', audio = 'off' } =
      this.options.drivers.find((d) => d.id === id);
    this.child(`agent-${id}`, ['pitbox-agent',
      '--server', `${this.host}:${this.agentPort}`,
      '--driver', id, '--device', id,
      '--passphrase-file', join(this.dir, `${id}.key`),
      '--mode', mode, '--audio', audio, '--status-file',
      join(this.dir, `${id}.status`), ...this.#pictureOptions(this.#shm(id)),
    ], audio === 'pulse' ? { PULSE_SERVER: 'unix:/nowhere' } : {});
  }

  /** What the agent last said of itself. */
  async agentStatus(id) {
    return JSON.parse(await readFile(join(this.dir, `${id}.status`), 'utf8'));
  }

  #hasLogin() {
    return this.options.tls || !isLoopback(this.options.bind);
  }

  async fetch(path) {
    if (this.#hasLogin()) this.cookie ??= await this.#logIn();
    return fetch(this.url + path, {
      headers: this.cookie ? { cookie: this.cookie } : {},
    });
  }

  async #logIn() {
    const response = await fetch(`${this.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(this.options.login),
    });
    if (!response.ok) throw new Error(`login: ${response.status}`);
    return response.headers.get('set-cookie').split(';')[0];
  }

  async drivers() {
    const response = await this.fetch('/api/v1/drivers');
    return (await response.json()).drivers;
  }

  untilLive(id) {
    return until(`${id} is live`, async () =>
      (await this.drivers().catch(() => []))
        .some((d) => d.id === id && d.state === 'live'));
  }

  /** Ends everything; `talk` prints the ends of the logs. */
  async stop(talk = false) {
    const children = [...this.children.values()];
    for (const child of children.reverse()) {
      if (talk) {
        console.log(`--- ${child.name}${child.alive ? '' : ' (ended)'}`);
        console.log(child.lines.slice(-25).join('\n'));
      }
      await child.stop();
    }
    if (this.dir) await rm(this.dir, { recursive: true, force: true });
  }
}
