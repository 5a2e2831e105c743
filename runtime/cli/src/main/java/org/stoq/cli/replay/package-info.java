/** Replays a trace of requests through cache policies, and says what they would have missed. */
@NullMarked
package org.stoq.cli.replay;

import org.jspecify.annotations.NullMarked;
