/** Keeps nothing: a profile that is forgotten with its browser. */
module.exports = ({ NoAuth }) => new NoAuth();
