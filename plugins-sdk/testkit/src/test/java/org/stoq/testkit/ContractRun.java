package org.stoq.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Set;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * What became of a contract that was run on an implementation.
 *
 * @param passed names of tests that passed
 * @param failed names of tests that failed
 */
record ContractRun(Set<String> passed, Set<String> failed) {
    /** Runs a class of tests, which JUnit would not find by itself. */
    static ContractRun of(Class<?> tests) {
        Set<String> passed = new TreeSet<>();
        Set<String> failed = new TreeSet<>();
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build();
        LauncherFactory.create()
                .execute(
                        request,
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(
                                    TestIdentifier test, TestExecutionResult result) {
                                if (test.getSource().orElse(null) instanceof MethodSource method) {
                                    boolean good =
                                            result.getStatus()
                                                    == TestExecutionResult.Status.SUCCESSFUL;
                                    (good ? passed : failed).add(method.getMethodName());
                                }
                            }
                        });
        return new ContractRun(passed, failed);
    }
}
