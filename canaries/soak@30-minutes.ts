import { soak } from './soak.ts';

/** 30 minutes at the usual speed. */
export default soak('soak@30-minutes', 30, {});
