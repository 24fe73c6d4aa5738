import { longUptime } from './long-uptime.ts';

/** In seven seconds; what conditions do after some minutes comes as much earlier. */
export default longUptime('long-uptime@scaled', { timeScale: 0.02 });
