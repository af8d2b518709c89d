"""Usual names of the columns of an order file, in many languages."""

import re
import unicodedata

EXACT, PART, WEAK = 1.0, 0.6, 0.4

NAMES: dict[str, str] = {
    "customer_id": """
        customer_id cust_id customer_no customer_number customer_key customer_code customer cust
        client_id client_no client user_id userid user uid member_id member household_id
        household buyer_id buyer shopper_id shopper visitor_id person_id account_id account
        loyalty_id kunden_id kunden_nr kundennummer kdnr kd_nr kunde id_client numero_client
        id_cliente cliente_id codigo_cliente codice_cliente cliente klant klant_id klantnummer
        klient klient_id kund 客户 客户id 客户编号 客户号 客户代码 顾客 顾客id 顾客编号 会员
        买家昵称 买家会员名 买家账号 买家手机号 下单帐号 下单账号 客户手机号 会员手机号 会员名
        会员id 会员号 会员编号 会员卡号 用户 用户id 用户编号 买家 买家id 顧客 顧客id 顧客番号
        会員番号 고객 고객번호 고객id клиент id_клиента покупатель kunnr buyer_username
        customer_ref loyalty_number card_code loyalty_card loyalty_card_no loyalty_card_number
        customer_card kundenkarte carte_fidelite membership_id membership_no membership_number
        member_no member_number""",
    "ordered_at": """
        ordered_at order_date order_time order_timestamp order_datetime date datetime timestamp
        time transaction_date transaction_time transaction_timestamp purchase_date purchase_time
        billing_date charge_date booking_date close_date close_dt t_dat
        order_placed_at placed_at ordered_on order_dt created_time created created_utc created_date
        订单创建时间 订单付款时间 买家付款时间 支付日期 付款日期 创建时间
        purchased_at invoice_date invoice_time sale_date sales_date sold_at bought_at paid_at
        order_purchase_timestamp date_of_purchase created_at day trans_date datum bestelldatum
        auftragsdatum rechnungsdatum kaufdatum zeitpunkt date_commande date_achat date_facture
        fecha fecha_pedido fecha_compra fecha_venta data data_ordine data_acquisto data_compra
        data_pedido besteldatum aankoopdatum 日期 时间 订单日期 订单时间 下单日期 下单时间
        购买日期 购买时间 交易日期 交易时间 成交时间 消费日期 消费时间 付款时间 支付时间 注文日
        注文日時 購入日 購入日時 주문일 구매일 дата дата_заказа belegdatum
        audat fkdat erdat""",
    "amount": """
        amount net_amount total_amount amount_paid paid_amount sales_amount order_amount sales
        sales_value net_sales revenue net_revenue total total_price line_total order_total
        order_value invoice_total grand_total subtotal extended_price value dollar_value
        charge amount_charged net_total total_spent total_amount_paid total_paid paid_total
        purchase_amount purchase_value purchase_revenue line_amount item_total line_total_price
        买家实际支付金额 实际支付金额 应付金额 订单实付金额 实收金额 结算金额 总金额元
        transaction_amount transaction_value spend spent turnover payment payment_value gmv
        betrag umsatz summe gesamtbetrag nettobetrag gesamtpreis warenwert montant montant_ht
        montant_ttc total_ttc total_ht importe monto importe_total total_venta ventas importo
        totale fatturato valor valor_total receita bedrag omzet totaal 金额 总金额 订单金额
        消费金额 实付金额 实付 付款金额 支付金额 成交金额 交易金额 销售金额 销售额 总价 金額
        売上 売上金額 購入金額 금액 매출 결제금액 сумма выручка netwr
        gesamt_netto gesamtnetto gross_amount gross_total""",
    "unit_price": """
        unit_price price item_price price_per_unit price_each list_price product_price preis
        stueckpreis stuckpreis einzelpreis prix prix_unitaire precio precio_unitario prezzo
        prezzo_unitario preco preco_unitario prijs 单价 价格 售价 単価 価格 단가 가격 цена
        netpr""",
    "order_id": """
        order_id order_no order_number order_nr orderid invoice invoice_no invoice_id
        invoice_number basket_id basket transaction_id trans_id transaction_no receipt_id
        receipt_no receipt ticket_id bill_no checkout_id bestellnummer bestell_id auftragsnummer
        rechnungsnummer belegnummer bon_id numero_commande id_commande num_facture pedido
        id_pedido numero_pedido factura ordine id_ordine numero_ordine bestelnummer 订单 订单号
        订单编号 订单id 交易号 流水号 小票号 发票号 注文番号 注文id 주문번호 номер_заказа
        order order_ref order_reference sale_id sale_number purchase_id document_number
        document_no auftrag auftragsnr bestellung beleg belegnr beleg_nr rechnung vbeln vbelv""",
    "product_id": """
        product_id product product_no product_code item_id item item_code item_no sku sku_id
        stock_code stockcode article_id article article_no asin ean upc gtin isbn artikel
        artikelnummer artikel_id produkt produkt_id produit id_produit code_produit producto
        id_producto prodotto id_prodotto produto id_produto 商品 商品id 商品编号 商品编码 产品
        产品id 产品编号 商品番号 商品コード 상품 상품번호 상품코드 товар артикул
        matnr artikelnr""",
    "category": """
        category product_category category_name department product_type product_group
        product_line commodity item_category main_category kategorie warengruppe produktgruppe
        abteilung categorie rayon famille categoria rubro departamento reparto categorie_produit
        类别 品类 分类 商品类别 商品分类 产品类别 产品类型 部门 カテゴリ カテゴリー 商品分類
        部門 카테고리 분류 категория""",
    "quantity": """
        quantity qty units pieces items item_count num_items order_quantity amount_of_items
        menge anzahl stueck stuck stueckzahl stuckzahl quantite qte cantidad quantita quantidade
        aantal 数量 件数 购买数量 销量 個数 수량 количество kwmeng fkimg""",
    "discount": """
        discount discount_amount discount_value total_discount coupon_amount coupon_value rebate
        markdown rabatt nachlass rabattbetrag remise reduction descuento sconto desconto korting
        折扣 折扣金额 优惠 优惠金额 优惠券金额 割引 割引額 値引 할인 할인금액 скидка""",
    "channel": """
        channel sales_channel order_channel source_channel shop_type store_type platform kanal
        vertriebsweg vertriebskanal bestellweg canal canal_venta canale kanaal 渠道 销售渠道
        购买渠道 平台 チャネル 販売チャネル 채널 канал""",
    "cost": """
        cost cost_of_goods cogs total_cost cost_amount line_cost purchase_cost einkaufswert
        wareneinsatz kosten cout cout_total coste costo custo kostprijs 成本 成本金额 原価
        仕入額 원가 себестоимость""",
}
WEAK_NAMES: dict[str, str] = {
    "customer_id": """id email e_mail mail phone email_address billing_email contact_email
        customer_name client_name buyer_name user_name kundenname 手机号 邮箱"""
}
# A column whose last significant word is one of these cannot have the role.
NEVER: dict[str, str] = {
    "customer_id": """
        card cards invoice session visit basket cart order transaction payment charge receipt
        product item sku article asin stock store shop seller vendor merchant staff employee
        cashier agent rep owner device browser ip campaign coupon voucher address city state
        country zip postcode region segment type group class tier level status since age gender
        birthday birthdate count currency language note notes comment channel brand category
        last4 pan message warehouse supplier driver courier manager
        卡号 发票 会话 商品 店铺 卖家 地址 城市 等级 类型 性别 年龄 留言 备注""",
    "ordered_at": """
        birth birthday birthdate dob ship shipped shipping delivery delivered due expiry expires
        updated modified signup registered registration refunded cancelled canceled closed
        fulfilled 发货 生日 更新""",
    "amount": """
        id no nr number num code channel year month week day hour quarter percent percentage pct
        rate ratio share quantity qty count units pieces age zip postcode postal phone latitude
        longitude lat lon lng rank score rating weight stock points index key type status flag
        tax taxes vat shipping freight fee fees discount tip refund refunded balance postage
        渠道 数量 编号 年份 折扣 运费 税 邮费 邮编 电话 积分""",
}
MONEY_ALL_THE_SAME = "incl including inc excl excluding exc ex with without before after net gross"
GIVEN_BACK = "refund refunds refunded erstattung rembourse reembolso rimborso"
IDS = "id ids no nr number num key code hash uuid guid unique ref reference"
# Words that mean nothing as a part of a name: a ship_date is no order's date.
NOT_EVERY_PART = frozenset(
    ["date", "day", "time", "total", "item", "items", "order", "value", "data", "user"]
)


def words(name: str) -> tuple[str, ...]:
    """Return the words of a column's name, in small letters and without accents.

    Examples
    --------
    >>> words("InvoiceDate"), words("Kunden-Nr."), words("Prix unitaire (€)")
    (('invoice', 'date'), ('kunden', 'nr'), ('prix', 'unitaire'))
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = unicodedata.normalize("NFKD", parted.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return tuple(re.findall(r"[^\W_]+", letters))


def has_word(name: str, known: str) -> bool:
    """Return whether one of the known words is a word of a name or value.

    Examples
    --------
    >>> has_word("Booking Status", "state status"), has_word("Statuses", "status")
    (True, False)
    """
    return bool(set(words(name)) & set(known.split()))


def plain_name(name: str) -> str:
    """Return a column's name without case, accents, signs, blanks and a currency in brackets.

    Examples
    --------
    >>> plain_name("Customer ID") == plain_name("CustomerID"), plain_name("总金额(元)")
    (True, '总金额')
    """
    return "".join(words(re.sub(r"[(（](元|€|\$|£)[)）]", "", name)))


def resemblance(name: str, role: str) -> float:
    """Return how much a column's name resembles those of a role, 0 to 1.

    1: one of its names; less: contains one, or is a weak name.

    Examples
    --------
    >>> resemblance("CustomerID", "customer_id"), resemblance("客户编号", "customer_id")
    (1.0, 1.0)
    >>> resemblance("gross amount eur", "amount"), resemblance("colour", "amount")
    (0.6, 0.0)
    """
    own = words(name)
    if "".join(own) in _joined(NAMES[role]):
        return EXACT
    if "".join(own) in _joined(WEAK_NAMES.get(role, "")):
        return WEAK
    return PART if any(_is_part(words(known), own) for known in NAMES[role].split()) else 0.0


def rank(name: str, role: str) -> int:
    """Return the place of a column's name among those of a role, the usual ones first.

    A name that contains one follows after all of them.

    Examples
    --------
    >>> rank("Order ID", "order_id") < rank("Transaction ID", "order_id")
    True
    >>> rank("Total", "amount") < rank("Subtotal", "amount") < rank("gross", "amount")
    True
    >>> rank("Order Total (inc tax)", "amount") < rank("Subtotal (inc tax)", "amount")
    True
    """
    known = [words(one) for one in NAMES[role].split()]
    own = words(name)
    same = (place for place, one in enumerate(known) if "".join(one) == "".join(own))
    part = (len(known) + place for place, one in enumerate(known) if _is_part(one, own))
    return next(same, next(part, 2 * len(known)))


def never(name: str, role: str) -> bool:
    """Return whether a column's name excludes a role.

    Its last word counts, without words such as id and number; the role's own names never do.

    Examples
    --------
    >>> never("Card ID", "customer_id"), never("Refund Amount", "amount")
    (True, True)
    >>> never("order_customer_id", "customer_id"), never("total_amount", "amount")
    (False, False)
    """
    refused = set(NEVER.get(role, "").split())
    own = words(name)
    known = _joined(NAMES[role]) | _joined(WEAK_NAMES.get(role, ""))
    if not refused or "".join(own) in known:
        return False
    if role == "ordered_at":
        return bool(set(own) & refused)
    significant = [word for word in own if word not in IDS.split()] or list(own)
    if role == "amount" and set(own) & set(MONEY_ALL_THE_SAME.split()):
        return False
    if role == "amount" and has_word(name, GIVEN_BACK):
        return True
    is_number_of = role == "amount" and bool(own) and own[-1] in refused
    foreign = any(not word.isascii() and word in "".join(own) for word in refused)
    return is_number_of or foreign or bool(significant and significant[-1] in refused)


def _joined(names: str) -> set[str]:
    return {"".join(words(name)) for name in names.split()}


def _is_part(known: tuple[str, ...], own: tuple[str, ...]) -> bool:
    """Return whether a column's name contains the words or Chinese characters of a known name."""
    if len(known) == 1 and not known[0].isascii():
        return len(known[0]) > 1 and known[0] in "".join(own)
    significant = known if len(known) > 1 else tuple(w for w in known if w not in NOT_EVERY_PART)
    return bool(significant) and set(significant) <= set(own)
