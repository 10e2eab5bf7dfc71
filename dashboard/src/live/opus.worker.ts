/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Takes packets of Opus before the browser's own buffer for sound, which tells
 * nobody when it plays what, and decodes them. */

interface Packet {
  readonly data: ArrayBuffer;
  readonly timestamp: number;
  getMetadata(): { readonly rtpTimestamp?: number };
}

interface TransformEvent extends Event {
  readonly transformer: { readonly readable: ReadableStream<Packet> };
}

/** What the page gets: 48 kHz, an array for each channel. */
export interface DecodedSound {
  readonly rtp: number;
  readonly channels: readonly Float32Array<ArrayBuffer>[];
}

const US_PER_PACKET = 20000;
/* Packets in front of the decoder; more are too late anyway. */
const MAX_WAITING = 50;

function copy(data: AudioData): Float32Array<ArrayBuffer>[] {
  return Array.from({ length: data.numberOfChannels }, (_, planeIndex) => {
    const plane = new Float32Array(data.numberOfFrames);
    data.copyTo(plane, { planeIndex, format: 'f32-planar' });
    return plane;
  });
}

async function decode(packets: ReadableStream<Packet>): Promise<void> {
  /* The decoder keeps the order; what it was given says whose turn it is. */
  const waiting = new Map<number, number>();
  let count = 0;
  const make = (): AudioDecoder => {
    const decoder = new AudioDecoder({
      output: (data) => {
        const rtp = waiting.get(data.timestamp);
        waiting.delete(data.timestamp);
        if (rtp !== undefined) {
          const channels = copy(data);
          const message: DecodedSound = { rtp, channels };
          self.postMessage(message,
            { transfer: channels.map((c) => c.buffer) });
        }
        data.close();
      },
      error: () => {},
    });
    decoder.configure(
      { codec: 'opus', sampleRate: 48000, numberOfChannels: 2 });
    waiting.clear();
    return decoder;
  };
  let decoder = make();
  const reader = packets.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    /* A packet that it does not understand ends it; the next one begins anew. */
    if (decoder.state === 'closed') decoder = make();
    if (decoder.decodeQueueSize > MAX_WAITING || value.data.byteLength === 0) {
      continue;
    }
    const timestamp = count++ * US_PER_PACKET;
    waiting.set(timestamp, value.getMetadata().rtpTimestamp ?? value.timestamp);
    decoder.decode(
      new EncodedAudioChunk({ type: 'key', timestamp, data: value.data }));
  }
  if (decoder.state !== 'closed') decoder.close();
}

self.addEventListener('rtctransform', (e) => {
  void decode((e as TransformEvent).transformer.readable).catch(() => {});
});
