import fc from 'fast-check';

/** A property that fails has noticed the mutant: a smaller example of it takes long to find and is not needed. */
fc.configureGlobal({ endOnFailure: true });
