package org.stoq.cli.doctor;

import java.util.List;

/** Looks at one thing. */
@FunctionalInterface
public interface Check {
    /**
     * Looks. Blocks for a few seconds at most.
     *
     * @return one finding or more
     * @throws Exception if it cannot even look, which is a finding of its own
     */
    List<Finding> look() throws Exception;

    /** Looks, and makes a finding of a check that breaks. */
    static List<Finding> safely(String name, Check check) {
        try {
            return check.look();
        } catch (Exception | LinkageError e) {
            return List.of(
                    Finding.fail(name, "the check broke: " + e, "run stoq doctor --verbose"));
        }
    }
}
