// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs in the page: hears what goes to the loudspeaker, and when.

/** Installed before the page's script; fills window.__tones with the times, as
 * performance.now(), at which a tone begins at the loudspeaker. */
export function listener() {
  const SAMPLES = 32768;
  const LOUD = 0.12;
  const QUIET_S = 0.25;
  window.__tones = [];
  const data = new Float32Array(SAMPLES);

  /* The newest samples, and the context's time at their end. */
  const take = (analyser) => {
    const { context } = analyser;
    for (;;) {
      const before = context.currentTime;
      analyser.getFloatTimeDomainData(data);
      if (context.currentTime === before) return before;
    }
  };
  /* Begin of the newest tone, in the context's time. */
  const begin = (analyser) => {
    const end = take(analyser);
    const rate = analyser.context.sampleRate;
    let found = null;
    let quiet = 0;
    for (let i = 0; i < SAMPLES; i++) {
      if (Math.abs(data[i]) < LOUD) quiet++;
      else {
        if (quiet > QUIET_S * rate) found = end - (SAMPLES - i) / rate;
        quiet = 0;
      }
    }
    return found;
  };
  const pageTime = (context, time) => {
    const { contextTime, performanceTime } = context.getOutputTimestamp();
    return performanceTime + (time - contextTime) * 1000;
  };
  const tap = (context) => new AnalyserNode(context, {
    fftSize: SAMPLES, smoothingTimeConstant: 0,
  });

  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function tapped(to, ...rest) {
    if (to instanceof AudioDestinationNode && !to.context.__tapped) {
      const { context } = to;
      context.__tapped = true;
      window.__context = context;
      const analyser = tap(context);
      connect.call(this, analyser);
      let last = -1;
      setInterval(() => {
        const at = begin(analyser);
        if (at === null || at - last < QUIET_S) return;
        last = at;
        window.__tones.push(pageTime(context, at));
      }, 40);
    }
    return connect.call(this, to, ...rest);
  };

  /** How far this tells the begin of a tone whose begin is known, in ms. */
  window.__calibrate = async () => {
    const context = window.__context;
    const analyser = tap(context);
    const tone = new OscillatorNode(context, { frequency: 1000 });
    const none = new GainNode(context, { gain: 0 });
    connect.call(tone, analyser);
    /* What leads nowhere is not run. */
    connect.call(connect.call(analyser, none), context.destination);
    const at = context.currentTime + 0.5;
    tone.start(at);
    tone.stop(at + 0.1);
    await new Promise((r) => { tone.onended = r; });
    const found = begin(analyser);
    return found === null ? NaN : (found - at) * 1000;
  };
}
