/**
 * Tests inside Felix, with the bundles of the distribution as they are shipped. They are JUnit 4
 * tests, for that is what Pax Exam runs.
 */
@NullMarked
package org.stoq.integration.felix;

import org.jspecify.annotations.NullMarked;
