"""Small exports of each known layout with made-up people, and what pandas makes of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Export:
    """The files of one export, the one to name, and the right customers, orders and money."""

    files: dict[str, str]
    customers: int
    orders: int
    money: float
    main: str = "export.csv"

    def write(self, folder: Path) -> str:
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return self.main


def orders(people: int = 9, each: int = 5) -> pd.DataFrame:
    """Return orders of made-up people: who, when, how much, and what became of each."""
    rows = [
        {
            "n": 1000 + p * each + k,
            "who": p,
            "email": f"person{p}@example.com",
            "when": pd.Timestamp("2023-01-05 10:30:00") + pd.Timedelta(days=13 * p + 47 * k),
            "money": round(12.5 + 3.25 * p + 1.1 * k, 2),
            "fate": ["ok", "ok", "back", "void", "ok"][k],
        }
        for p in range(people)
        for k in range(each)
    ]
    return pd.DataFrame(rows)


def right(frame: pd.DataFrame, files: dict[str, str] | str, main: str = "export.csv") -> Export:
    """Return an export beside what is right of it: `frame` has the rows that are orders."""
    return Export(
        {"export.csv": files} if isinstance(files, str) else files,
        frame.who.nunique(),
        frame.n.nunique(),
        round(float(frame.money.sum()), 2),
        main,
    )


def text(columns: dict[str, object], **options: object) -> str:
    return pd.DataFrame(columns).to_csv(index=False, **options)


def shopify() -> Export:
    """Two lines an order, the second without the order's fields; two currencies."""
    base = orders()
    status = base.fate.map({"ok": "paid", "back": "partially_refunded", "void": "voided"})
    first = pd.DataFrame(
        {
            "Name": "#" + base.n.astype(str),
            "Email": base.email,
            "Financial Status": status,
            "Paid at": base.when.dt.strftime("%Y-%m-%d %H:%M:%S +0100"),
            "Currency": ["EUR" if who < 8 else "USD" for who in base.who],
            "Total": base.money,
            "Discount Amount": 0.0,
            "Created at": base.when.dt.strftime("%Y-%m-%d %H:%M:%S +0100"),
            "Lineitem quantity": 1,
            "Lineitem name": "red shirt",
            "Lineitem price": base.money / 2,
            "Cancelled at": None,
            "Refunded Amount": base.fate.map({"back": 5.0}).fillna(0.0),
            "Source": "web",
        }
    )
    second = first[["Name", "Email", "Created at", "Lineitem quantity", "Lineitem price"]]
    lines = pd.concat([first, second]).sort_index(kind="stable")
    base["money"] -= base.fate.map({"back": 5.0}).fillna(0.0)
    kept = base[(base.fate != "void") & (base.who < 8)]
    return right(kept, lines.to_csv(index=False))


def woocommerce() -> Export:
    base = orders()
    lines = base.loc[base.index.repeat(2)]
    status = lines.fate.map({"ok": "Completed", "back": "Processing", "void": "Cancelled"})
    columns = {
        "Order Number": lines.n,
        "Order Status": status,
        "Order Date": lines.when.dt.strftime("%Y-%m-%d %H:%M"),
        "Email (Billing)": lines.email,
        "Payment Method Title": "card",
        "Order Total Amount": lines.money,
        "SKU": [f"s{i}" for i in range(len(lines))],
        "Item Name": "shirt",
        "Quantity": 1,
        "Item Cost": 3.0,
    }
    return right(base[base.fate != "void"], text(columns))


def woocommerce_analytics() -> Export:
    base = orders()
    columns = {
        "Date": base.when.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "Order #": base.n,
        "Status": base.fate.map({"ok": "completed", "back": "processing", "void": "failed"}),
        "Customer": base.who.map(lambda who: f"Ann {who}"),
        "Customer type": "returning",
        "N. Revenue": base.money,
    }
    return right(base[base.fate != "void"], text(columns))


def magento() -> Export:
    base = orders()
    columns = {
        "ID": base.n.map(lambda n: f"00000{n}"),
        "Purchase Point": "Main Website",
        "Purchase Date": base.when.dt.strftime("%b %d, %Y %I:%M:%S %p"),
        "Bill-to Name": "A B",
        "Grand Total (Base)": base.money.map("${:,.2f}".format),
        "Grand Total (Purchased)": base.money.map("${:,.2f}".format),
        "Status": base.fate.map({"ok": "Complete", "back": "Complete", "void": "Canceled"}),
        "Customer Email": base.email,
        "Total Refunded": base.fate.map({"back": "$2.00"}).fillna("$0.00"),
    }
    base["money"] -= base.fate.map({"back": 2.0}).fillna(0.0)
    return right(base[base.fate != "void"], text(columns))


def square() -> Export:
    """A refund is a line of its own, below 0."""
    base = orders()
    sign = base.fate.map({"void": -1}).fillna(1)
    base["money"] *= sign
    columns = {
        "Date": base.when.dt.strftime("%m/%d/%Y"),
        "Time": base.when.dt.strftime("%H:%M:%S"),
        "Time Zone": "Pacific Time (US & Canada)",
        "Gross Sales": "$99.00",
        "Net Sales": base.money.map(lambda m: f"${m:,.2f}" if m > 0 else f"-${-m:,.2f}"),
        "Tax": "$1.00",
        "Transaction ID": base.n.map(lambda n: f"T{n}"),
        "Payment ID": base.n.map(lambda n: f"P{n}"),
        "Card Brand": "Visa",
        "Staff Name": "Eve",
        "Event Type": base.fate.map({"void": "Refund"}).fillna("Payment"),
        "Location": "Main St",
        "Customer ID": base.who.map(lambda who: f"C{who}"),
    }
    return right(base, text(columns))


def stripe() -> Export:
    base = orders()
    columns = {
        "id": base.n.map(lambda n: f"ch_{n}"),
        "Created date (UTC)": base.when.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "Amount": base.money,
        "Amount Refunded": base.fate.map({"back": 1.5}).fillna(0.0),
        "Currency": ["usd" if who < 7 else "eur" for who in base.who],
        "Captured": True,
        "Status": base.fate.map({"ok": "Paid", "back": "Paid", "void": "Failed"}),
        "Card ID": base.n.map(lambda n: f"pm_{n // 2}"),
        "Customer ID": base.who.map(lambda who: f"cus_{who}"),
        "Invoice ID": None,
    }
    base["money"] -= base.fate.map({"back": 1.5}).fillna(0.0)
    return right(base[(base.fate != "void") & (base.who < 7)], text(columns))


def paypal() -> Export:
    """Payments, refunds sent back to their customers, and a withdrawal to the bank."""
    base = orders()
    back = base.fate == "back"
    base.loc[back, "money"] *= -1
    away = base.fate == "void"
    kinds = {"ok": "Express Checkout Payment", "back": "Payment Refund"}
    columns = {
        "Date": base.when.dt.strftime("%m/%d/%Y"),
        "Time": base.when.dt.strftime("%H:%M:%S"),
        "TimeZone": "PST",
        "Type": base.fate.map(kinds).fillna("General Withdrawal"),
        "Status": "Completed",
        "Currency": ["USD" if who < 8 else "EUR" for who in base.who],
        "Gross": base.money.where(~away, -500.0).map("{:,.2f}".format),
        "Fee": "-0.50",
        "Net": "1.00",
        "From Email Address": base.email.where(base.fate == "ok", "shop@example.com"),
        "To Email Address": base.email.where(back, "shop@example.com"),
        "Transaction ID": base.n.map(lambda n: f"TX{n}"),
    }
    return right(base[~away & (base.who < 8)], text(columns))


def amazon() -> Export:
    base = orders()
    columns = {
        "amazon-order-id": base.n.map(lambda n: f"111-{n}"),
        "purchase-date": base.when.dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "buyer-email": base.email,
        "order-status": base.fate.map({"void": "Cancelled"}).fillna("Shipped"),
        "sku": "SKU-1",
        "quantity-purchased": 1,
        "currency": "USD",
        "item-price": base.money,
    }
    return right(base[base.fate != "void"], text(columns, sep="\t"))


def ebay() -> Export:
    base = orders()
    columns = {
        "Sales Record Number": base.n,
        "Order Number": base.n.map(lambda n: f"13-{n}"),
        "Buyer Username": base.who.map(lambda who: f"buyer_{who}"),
        "Item Title": "lamp",
        "Quantity": 1,
        "Sold For": "$1.00",
        "Total Price": base.money.map("${:,.2f}".format),
        "Sale Date": base.when.dt.strftime("%b-%d-%y"),
    }
    return right(base, text(columns))


def etsy() -> Export:
    base = orders()
    columns = {
        "Sale Date": base.when.dt.strftime("%m/%d/%y"),
        "Order ID": base.n,
        "Buyer User ID": base.who.map(lambda who: f"etsy{who}"),
        "Full Name": "A B",
        "Number of Items": 1,
        "Currency": "USD",
        "Order Value": base.money,
        "Discount Amount": 0.5,
    }
    base["money"] -= 0.5
    return right(base, text(columns))


def hubspot() -> Export:
    base = orders()
    columns = {
        "Record ID": base.n,
        "Deal Name": "deal",
        "Deal Stage": base.fate.map({"void": "Closed lost", "back": "Appointment"}).fillna(
            "Closed won"
        ),
        "Close Date": base.when.dt.strftime("%Y-%m-%d %H:%M"),
        "Amount": base.money,
        "Associated Company IDs": base.who.map(lambda who: f"{9000 + who};1"),
        "Associated Company": "Acme",
    }
    return right(base[base.fate == "ok"], text(columns))


def salesforce() -> Export:
    base = orders()
    columns = {
        "Opportunity ID": base.n.map(lambda n: f"006{n}"),
        "Opportunity Name": "deal",
        "Account ID": base.who.map(lambda who: f"001A{who}"),
        "Stage": base.fate.map({"void": "Closed Lost", "back": "Prospecting"}).fillna(
            "Closed Won"
        ),
        "Amount": base.money,
        "Close Date": base.when.dt.strftime("%m/%d/%Y"),
        "Probability (%)": 100,
    }
    return right(base[base.fate == "ok"], text(columns))


def taobao() -> Export:
    base = orders()
    columns = {
        "订单编号": base.n.map(lambda n: f'="4200001234{n}"'),
        "买家会员名": base.who.map(lambda who: f"买家{who}"),
        "买家应付货款": base.money + 3,
        "总金额": base.money + 5,
        "买家实际支付金额": base.money.where(base.fate != "void", 0),
        "订单状态": base.fate.map({"void": "交易关闭"}).fillna("交易成功"),
        "订单创建时间": base.when.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "退款金额": base.fate.map({"back": 2.0}).fillna(0.0),
    }
    base["money"] -= base.fate.map({"back": 2.0}).fillna(0.0)
    return right(base[base.fate != "void"], text(columns))


def jd() -> Export:
    base = orders()
    lines = base.loc[base.index.repeat(2)]
    columns = {
        "订单号": lines.n.map(lambda n: f'="28{n}"'),
        "商品ID": [f"10{i}" for i in range(len(lines))],
        "商品名称": "书",
        "订购数量": 1,
        "下单时间": lines.when.dt.strftime("%Y/%m/%d %H:%M:%S"),
        "京东价": 9.9,
        "应付金额": lines.money,
        "订单状态": lines.fate.map({"void": "已取消"}).fillna("完成"),
        "下单帐号": lines.who.map(lambda who: f"jd_{who}"),
    }
    return right(base[base.fate != "void"], text(columns))


def youzan() -> Export:
    base = orders()
    columns = {
        "订单号": base.n.map(lambda n: f"E2023{n}"),
        "订单状态": base.fate.map({"void": "交易关闭"}).fillna("交易完成"),
        "订单创建时间": base.when.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "买家手机号": base.who.map(lambda who: f"1381234000{who}"),
        "商品名称": "茶",
        "订单实付金额": base.money,
        "订单已退款金额": 0,
    }
    return right(base[base.fate != "void"], text(columns))


def olist() -> Export:
    base = orders()
    base["money"] *= 2
    items = base.loc[base.index.repeat(2)]
    files = {
        "olist_orders_dataset.csv": text(
            {
                "order_id": base.n.map(lambda n: f"o{n}"),
                "customer_id": base.n.map(lambda n: f"c{n}"),
                "order_status": base.fate.map({"void": "canceled"}).fillna("delivered"),
                "order_purchase_timestamp": base.when.dt.strftime("%Y-%m-%d %H:%M:%S"),
            }
        ),
        "olist_order_items_dataset.csv": text(
            {
                "order_id": items.n.map(lambda n: f"o{n}"),
                "order_item_id": [1, 2] * len(base),
                "product_id": "p1",
                "seller_id": "s1",
                "price": items.money / 2,
                "freight_value": 4.0,
            }
        ),
        "olist_customers_dataset.csv": text(
            {
                "customer_id": base.n.map(lambda n: f"c{n}"),
                "customer_unique_id": base.who.map(lambda who: f"u{who}"),
                "customer_city": "rio",
            }
        ),
    }
    return right(base[base.fate != "void"], files, "olist_orders_dataset.csv")


def online_retail() -> Export:
    base = orders()
    base["money"] = base.who + 2.5
    base.loc[base.fate == "back", "money"] *= -1
    columns = {
        "Invoice": base.n.map(str).where(base.fate != "back", "C" + base.n.map(str)),
        "StockCode": "85123A",
        "Description": "HEART",
        "Quantity": base.fate.map({"back": -2}).fillna(2).astype(int),
        "InvoiceDate": base.when.dt.strftime("%m/%d/%Y %H:%M"),
        "Price": base.money.abs() / 2,
        "Customer ID": base.who + 12345,
        "Country": "UK",
    }
    return right(base, text(columns))


def superstore() -> Export:
    base = orders()
    columns = {
        "Row ID": range(len(base)),
        "Order ID": base.n.map(lambda n: f"CA-{n}"),
        "Order Date": base.when.dt.strftime("%m/%d/%Y"),
        "Ship Date": base.when.dt.strftime("%m/%d/%Y"),
        "Ship Mode": "First Class",
        "Customer ID": base.who.map(lambda who: f"CG-{who}"),
        "Segment": "Consumer",
        "Postal Code": base.who + 42000,
        "Product ID": "FUR-1",
        "Category": ["A", "B", "A", "B", "A"] * 9,
        "Sales": base.money,
        "Quantity": base.who + 1,
        "Discount": 0.2,
        "Profit": base.money / 10,
    }
    return right(base, text(columns))


def ga4() -> Export:
    base = orders()
    columns = {
        "event_date": base.when.dt.strftime("%Y%m%d"),
        "event_timestamp": base.when.astype("datetime64[us]").astype("int64"),
        "event_name": base.fate.map({"void": "page_view"}).fillna("purchase"),
        "user_id": None,
        "user_pseudo_id": base.who.map(lambda who: f"{1000 + who}.5"),
        "ecommerce.purchase_revenue": base.money,
        "ecommerce.transaction_id": base.n,
    }
    return right(base[base.fate != "void"], text(columns))


def event_log() -> Export:
    base = orders()
    columns = {
        "event_time": base.when.dt.strftime("%Y-%m-%d %H:%M:%S UTC"),
        "event_type": base.fate.map({"void": "cart", "back": "view"}).fillna("purchase"),
        "product_id": 1000,
        "price": base.money,
        "user_id": base.who + 500,
        "user_session": base.n.map(lambda n: f"s{n}"),
    }
    return right(base[base.fate == "ok"], text(columns))


def hm() -> Export:
    base = orders()
    base["money"] = base.money / 1000
    columns = {
        "t_dat": base.when.dt.strftime("%Y-%m-%d"),
        "customer_id": base.who.map(lambda who: f"{who}5e25abc"),
        "article_id": base.n.map(lambda n: f"0{n}"),
        "price": base.money,
        "sales_channel_id": [1, 2, 1, 2, 2] * 9,
    }
    frame = right(base, text(columns))
    return Export(frame.files, frame.customers, frame.orders, float(base.money.sum()))


EXPORTS: dict[str, Callable[[], Export]] = {
    make.__name__: make
    for make in (
        shopify,
        woocommerce,
        woocommerce_analytics,
        magento,
        square,
        stripe,
        paypal,
        amazon,
        ebay,
        etsy,
        hubspot,
        salesforce,
        taobao,
        jd,
        youzan,
        olist,
        online_retail,
        superstore,
        ga4,
        event_log,
        hm,
    )
}
