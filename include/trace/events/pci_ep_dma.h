/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pci_ep_dma

#if !defined(_TRACE_PCI_EP_DMA_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_PCI_EP_DMA_H

#include <linux/tracepoint.h>

/* An export goes from one state to another */
TRACE_EVENT(pci_ep_dma_state,
	    TP_PROTO(const char *name, const char *from, const char *to,
		     u32 generation, u32 token),
	    TP_ARGS(name, from, to, generation, token),
	    TP_STRUCT__entry(__string(name, name)
			     __string(from, from)
			     __string(to, to)
			     __field(u32, generation)
			     __field(u32, token)
	    ),
	    TP_fast_assign(__assign_str(name);
			   __assign_str(from);
			   __assign_str(to);
			   __entry->generation = generation;
			   __entry->token = token;
	    ),
	    TP_printk("%s %s -> %s generation=%u token=%#x",
		      __get_str(name), __get_str(from), __get_str(to),
		      __entry->generation, __entry->token)
);

/* The register window was mapped for a host, or not */
TRACE_EVENT(pci_ep_dma_window,
	    TP_PROTO(const char *name, u32 token, int ret),
	    TP_ARGS(name, token, ret),
	    TP_STRUCT__entry(__string(name, name)
			     __field(u32, token)
			     __field(int, ret)
	    ),
	    TP_fast_assign(__assign_str(name);
			   __entry->token = token;
			   __entry->ret = ret;
	    ),
	    TP_printk("%s token=%#x ret=%d",
		      __get_str(name), __entry->token, __entry->ret)
);

#endif /* _TRACE_PCI_EP_DMA_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
