import { flow, restoreLinked } from '../../src/runner/flow.ts';

export default flow('restore-to-ready', restoreLinked);
