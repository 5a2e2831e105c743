/**
 * Tests with nodes and commands as processes of their own, started as a user's shell starts them.
 */
@NullMarked
package org.stoq.integration.process;

import org.jspecify.annotations.NullMarked;
