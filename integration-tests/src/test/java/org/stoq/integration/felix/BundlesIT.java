package org.stoq.integration.felix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWiring;
import org.stoq.integration.Distribution;

/** Every bundle of the distribution starts, and every native part finds its bundle. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class BundlesIT {
    /** The node under test. */
    @Configuration
    public Option[] node() throws IOException {
        return new Option[] {ProvisionedNode.options()};
    }

    @Test
    public void everyBundleIsActive() {
        List<Bundle> shipped = shipped().filter(bundle -> !isFragment(bundle)).toList();
        assertThat(shipped).hasSizeGreaterThan(20);
        assertThat(shipped).allMatch(bundle -> bundle.getState() == Bundle.ACTIVE, "is active");
    }

    @Test
    public void everyFragmentIsAttached() {
        List<Bundle> fragments = shipped().filter(BundlesIT::isFragment).toList();
        assertThat(fragments).hasSizeGreaterThanOrEqualTo(2);
        assertThat(fragments).allMatch(BundlesIT::isAttached, "is attached to its bundle");
    }

    private Stream<Bundle> shipped() {
        List<String> locations =
                Distribution.assembled().entries().stream()
                        .map(entry -> entry.file().toUri().toString())
                        .toList();
        List<Bundle> found =
                Arrays.stream(framework().getBundles())
                        .filter(bundle -> locations.contains(bundle.getLocation()))
                        .toList();
        assertThat(found).hasSameSizeAs(locations);
        return found.stream();
    }

    private static BundleContext framework() {
        return FrameworkUtil.getBundle(BundlesIT.class).getBundleContext();
    }

    private static boolean isFragment(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
    }

    private static boolean isAttached(Bundle fragment) {
        BundleWiring wiring = fragment.adapt(BundleWiring.class);
        return wiring != null && !wiring.getRequiredWires(HostNamespace.HOST_NAMESPACE).isEmpty();
    }
}
