/** Hands out the compiled library. */
module.exports = require('./dist/lib/index.js');
