// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit test of what the endpoint core does with functions
 *
 * A function driver that counts its calls, between two controllers that have no
 * hardware: when it is bound and unbound, with which locks held, and which BAR
 * shows a given range of addresses.
 */

#include <kunit/test.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/sizes.h>

#define NAME		"pci_epf_kunit"

/**
 * struct fake_epf - what the driver knows of one function
 * @binds: times bind() succeeded
 * @unbinds: times unbind() was called
 * @error: what bind() returns
 * @unlocked: calls without the function's lock
 */
struct fake_epf {
	int binds;
	int unbinds;
	int error;
	int unlocked;
};

/**
 * struct fixture - two functions that can be linked to two controllers
 * @epf: the functions
 * @fake: what their driver knows of them
 * @epc: the controllers
 * @max_vfs: virtual functions that function 0 of each controller may have
 */
struct fixture {
	struct pci_epf *epf[2];
	struct fake_epf *fake[2];
	struct pci_epc epc[2];
	u8 max_vfs;
};

static int fake_bind(struct pci_epf *epf)
{
	struct fake_epf *fake = epf_get_drvdata(epf);

	fake->unlocked += !mutex_is_locked(&epf->lock);
	fake->binds += !fake->error;

	return fake->error;
}

static void fake_unbind(struct pci_epf *epf)
{
	struct fake_epf *fake = epf_get_drvdata(epf);

	fake->unlocked += !mutex_is_locked(&epf->lock);
	fake->unbinds++;
}

static const struct pci_epf_ops fake_ops = {
	.bind = fake_bind,
	.unbind = fake_unbind,
};

static int fake_probe(struct pci_epf *epf, const struct pci_epf_device_id *id)
{
	struct fake_epf *fake;

	fake = devm_kzalloc(&epf->dev, sizeof(*fake), GFP_KERNEL);
	if (!fake)
		return -ENOMEM;
	epf_set_drvdata(epf, fake);

	return 0;
}

static const struct pci_epf_device_id fake_ids[] = {
	{ .name = NAME },
	{}
};

static struct pci_epf_driver fake_driver = {
	.driver.name = NAME,
	.probe = fake_probe,
	.id_table = fake_ids,
	.ops = &fake_ops,
	.owner = THIS_MODULE,
};

/* What configfs does for a link, and to take it away */
static int fake_link(struct fixture *fix, enum pci_epc_interface_type type)
{
	struct pci_epc *epc = &fix->epc[type];
	int err;

	err = pci_epc_add_epf(epc, fix->epf[0], type);
	if (err)
		return err;
	err = pci_epf_bind(fix->epf[0]);
	if (err)
		pci_epc_remove_epf(epc, fix->epf[0], type);

	return err;
}

static void fake_unlink(struct fixture *fix, enum pci_epc_interface_type type)
{
	pci_epf_unbind(fix->epf[0]);
	pci_epc_remove_epf(&fix->epc[type], fix->epf[0], type);
}

static void bound_and_unbound(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct fake_epf *fake = fix->fake[0];

	KUNIT_ASSERT_EQ(test, fake_link(fix, PRIMARY_INTERFACE), 0);
	KUNIT_EXPECT_EQ(test, fake->binds, 1);
	fake_unlink(fix, PRIMARY_INTERFACE);
	KUNIT_EXPECT_EQ(test, fake->unbinds, 1);
	KUNIT_EXPECT_EQ(test, fake->unlocked, 0);
}

static void failed_bind_is_not_unbound(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct fake_epf *fake = fix->fake[0];

	fake->error = -ENOSPC;
	KUNIT_EXPECT_EQ(test, fake_link(fix, PRIMARY_INTERFACE), -ENOSPC);
	KUNIT_EXPECT_EQ(test, fake->unbinds, 0);

	/* Nor when it was bound before */
	fake->error = 0;
	KUNIT_ASSERT_EQ(test, fake_link(fix, PRIMARY_INTERFACE), 0);
	fake_unlink(fix, PRIMARY_INTERFACE);
	fake->error = -ENOSPC;
	KUNIT_EXPECT_EQ(test, fake_link(fix, PRIMARY_INTERFACE), -ENOSPC);
	KUNIT_EXPECT_EQ(test, fake->unbinds, 1);
}

static void refused_secondary_leaves_primary(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct fake_epf *fake = fix->fake[0];

	KUNIT_ASSERT_EQ(test, fake_link(fix, PRIMARY_INTERFACE), 0);
	fake->error = -EOPNOTSUPP;
	KUNIT_EXPECT_EQ(test, fake_link(fix, SECONDARY_INTERFACE), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, fake->unbinds, 0);
	KUNIT_EXPECT_PTR_EQ(test, fix->epf[0]->epc, &fix->epc[0]);
	KUNIT_EXPECT_NULL(test, fix->epf[0]->sec_epc);

	fake_unlink(fix, PRIMARY_INTERFACE);
	KUNIT_EXPECT_EQ(test, fake->unbinds, 1);
}

static void two_controllers_unbind_once(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct fake_epf *fake = fix->fake[0];

	KUNIT_ASSERT_EQ(test, fake_link(fix, PRIMARY_INTERFACE), 0);
	KUNIT_ASSERT_EQ(test, fake_link(fix, SECONDARY_INTERFACE), 0);
	KUNIT_EXPECT_EQ(test, fake->binds, 2);
	fake_unlink(fix, SECONDARY_INTERFACE);
	fake_unlink(fix, PRIMARY_INTERFACE);
	KUNIT_EXPECT_EQ(test, fake->unbinds, 1);
}

static void virtual_function_is_bound_under_its_lock(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct fake_epf *fake = fix->fake[1];

	KUNIT_ASSERT_EQ(test, pci_epf_add_vepf(fix->epf[0], fix->epf[1]), 0);
	KUNIT_ASSERT_EQ(test, fake_link(fix, PRIMARY_INTERFACE), 0);
	KUNIT_EXPECT_EQ(test, fake->binds, 1);
	fake_unlink(fix, PRIMARY_INTERFACE);
	KUNIT_EXPECT_EQ(test, fake->unbinds, 1);
	KUNIT_EXPECT_EQ(test, fake->unlocked, 0);

	/* A refusal is not taken for a bind */
	fake->error = -EOPNOTSUPP;
	KUNIT_EXPECT_EQ(test, fake_link(fix, PRIMARY_INTERFACE), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, fake->unbinds, 1);
	KUNIT_EXPECT_EQ(test, fix->fake[0]->unbinds, 1);
	pci_epf_remove_vepf(fix->epf[0], fix->epf[1]);
}

/**
 * struct bar_range - addresses, and the BAR that shows them
 * @what: name
 * @align: alignment that the controller asks for
 * @addr: the first address
 * @size: number of bytes
 * @start: where the BAR starts
 * @bar_size: its size
 */
struct bar_range {
	const char *what;
	size_t align;
	dma_addr_t addr;
	size_t size;
	dma_addr_t start;
	size_t bar_size;
};

static const struct bar_range ranges[] = {
	{ "a page",		SZ_4K, 0x10000, SZ_4K, 0x10000, SZ_4K },
	{ "two pages",		SZ_4K, 0x10000, SZ_8K, 0x10000, SZ_8K },
	{ "start of a page",	SZ_4K, 0x10000, 4, 0x10000, 128 },
	{ "within a page",	SZ_4K, 0x100a0, 4, 0x10000, 256 },
	{ "end of a page",	SZ_4K, 0x10ffc, 4, 0x10000, SZ_4K },
	{ "over a page's end",	SZ_4K, 0x10ffc, 8, 0x10000, SZ_8K },
	{ "within 64 KiB",	SZ_64K, 0x134567, 4, 0x130000, SZ_32K },
	{ "no alignment",	0, 0x100a0, 4, 0x10080, 128 },
};

static void range_to_desc(const struct bar_range *range, char *desc)
{
	strscpy(desc, range->what, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(range, ranges, range_to_desc);

static void bar_covers_range(struct kunit *test)
{
	const struct bar_range *range = test->param_value;
	struct pci_epc_features features = { .align = range->align };
	struct fixture *fix = test->priv;
	struct pci_epf *epf = fix->epf[0];
	const struct pci_epf_bar *bar = &epf->bar[BAR_0];
	int err;

	err = pci_epf_assign_bar_space(epf, range->size, BAR_0, &features,
				       PRIMARY_INTERFACE, range->addr);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, bar->phys_addr, range->start);
	KUNIT_EXPECT_EQ(test, bar->size, range->bar_size);
}

/* A BAR of fixed size that is smaller than the alignment, and the byte behind */
static void bar_one_byte_short(struct kunit *test)
{
	struct pci_epc_features features = {
		.bar[BAR_0] = { .type = BAR_FIXED, .fixed_size = SZ_256 },
		.align = SZ_4K,
	};
	struct fixture *fix = test->priv;
	int err;

	err = pci_epf_assign_bar_space(fix->epf[0], 1, BAR_0, &features,
				       PRIMARY_INTERFACE, 0x100ff);
	KUNIT_EXPECT_EQ(test, err, 0);
	err = pci_epf_assign_bar_space(fix->epf[0], 1, BAR_0, &features,
				       PRIMARY_INTERFACE, 0x10100);
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
}

static int fixture_init(struct kunit *test)
{
	static const char * const names[] = { NAME ".0", NAME ".1" };
	struct fixture *fix;
	int i;

	fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fix);
	test->priv = fix;
	fix->max_vfs = 1;

	for (i = 0; i < 2; i++) {
		struct pci_epc *epc = &fix->epc[i];

		mutex_init(&epc->lock);
		mutex_init(&epc->list_lock);
		INIT_LIST_HEAD(&epc->pci_epf);
		epc->max_functions = 1;
		epc->max_vfs = &fix->max_vfs;
	}

	for (i = 0; i < 2; i++) {
		struct pci_epf *epf = pci_epf_create(names[i]);

		if (IS_ERR(epf))
			return PTR_ERR(epf);
		fix->epf[i] = epf;
		fix->fake[i] = epf_get_drvdata(epf);
		KUNIT_ASSERT_NOT_NULL(test, fix->fake[i]);
	}

	return 0;
}

static void fixture_exit(struct kunit *test)
{
	struct fixture *fix = test->priv;
	int i;

	for (i = 0; fix && i < 2; i++)
		if (fix->epf[i])
			pci_epf_destroy(fix->epf[i]);
}

static int fixture_suite_init(struct kunit_suite *suite)
{
	return pci_epf_register_driver(&fake_driver);
}

static void fixture_suite_exit(struct kunit_suite *suite)
{
	pci_epf_unregister_driver(&fake_driver);
}

static struct kunit_case epf_cases[] = {
	KUNIT_CASE(bound_and_unbound),
	KUNIT_CASE(failed_bind_is_not_unbound),
	KUNIT_CASE(refused_secondary_leaves_primary),
	KUNIT_CASE(two_controllers_unbind_once),
	KUNIT_CASE(virtual_function_is_bound_under_its_lock),
	KUNIT_CASE_PARAM(bar_covers_range, range_gen_params),
	KUNIT_CASE(bar_one_byte_short),
	{}
};

static struct kunit_suite epf_suite = {
	.name = "pci-epf-core",
	.suite_init = fixture_suite_init,
	.suite_exit = fixture_suite_exit,
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = epf_cases,
};

kunit_test_suite(epf_suite);

MODULE_DESCRIPTION("KUnit test of what the endpoint core does with functions");
MODULE_LICENSE("GPL");
